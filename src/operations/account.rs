//! The users, projects, teams and accounts, and the figures of the dashboard.

use modzy_client::{Document, Error, Page, ProjectFilter, ReportFilter, Result, UserFilter};
use serde::Deserialize;

use crate::calls::{Context, Value};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UsersArgument {
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    search: Option<String>,
    status: Option<String>,
    access_key: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    search_date: Option<String>,
    page: Option<u64>,
    per_page: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProjectsArgument {
    search: Option<String>,
    status: Option<String>,
    page: Option<u64>,
    per_page: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReportArgument {
    metric: Option<String>,
    begin_date: Option<String>,
    end_date: Option<String>,
    user_id: Option<String>,
    access_key: Option<String>,
    model_id: Option<String>,
    team_id: Option<String>,
}

impl From<UsersArgument> for UserFilter {
    fn from(argument: UsersArgument) -> Self {
        Self {
            first_name: argument.first_name,
            last_name: argument.last_name,
            email: argument.email,
            search: argument.search,
            status: argument.status,
            access_key: argument.access_key,
            start_date: argument.start_date,
            end_date: argument.end_date,
            search_date: argument.search_date,
            page: argument.page,
            per_page: argument.per_page,
        }
    }
}

impl From<ProjectsArgument> for ProjectFilter {
    fn from(argument: ProjectsArgument) -> Self {
        Self {
            search: argument.search,
            status: argument.status,
            page: argument.page,
            per_page: argument.per_page,
        }
    }
}

impl From<ReportArgument> for ReportFilter {
    fn from(argument: ReportArgument) -> Self {
        Self {
            begin_date: argument.begin_date,
            end_date: argument.end_date,
            user_id: argument.user_id,
            access_key: argument.access_key,
            model_id: argument.model_id,
            team_id: argument.team_id,
        }
    }
}

pub(super) async fn get_users(context: &Context<'_>) -> Result<Document> {
    let filter = context.argument.parse::<UsersArgument>()?.into();
    context.client.get_users(&filter, &context.request).await
}

pub(super) async fn get_users_page(context: &Context<'_>) -> Result<Page> {
    let filter = context.argument.parse::<UsersArgument>()?.into();
    context.client.get_users_page(&filter, &context.request).await
}

pub(super) async fn search_users(context: &Context<'_>) -> Result<Document> {
    let emails: Vec<String> = context.argument.parse()?;
    context.client.search_users(&emails, &context.request).await
}

pub(super) async fn get_projects(context: &Context<'_>) -> Result<Document> {
    let filter = context.argument.parse::<ProjectsArgument>()?.into();
    context.client.get_projects(&filter, &context.request).await
}

pub(super) async fn get_projects_page(context: &Context<'_>) -> Result<Page> {
    let filter = context.argument.parse::<ProjectsArgument>()?.into();
    context.client.get_projects_page(&filter, &context.request).await
}

pub(super) async fn get_project(context: &Context<'_>) -> Result<Document> {
    context.client.get_project(context.identifier(), &context.request).await
}

pub(super) async fn get_teams(context: &Context<'_>) -> Result<Document> {
    context.client.get_teams(&context.request).await
}

pub(super) async fn get_accounts(context: &Context<'_>) -> Result<Document> {
    context.client.get_accounts(&context.request).await
}

pub(super) async fn get_account(context: &Context<'_>) -> Result<Document> {
    context.client.get_account(context.identifier(), &context.request).await
}

pub(super) async fn get_license(context: &Context<'_>) -> Result<Document> {
    context.client.get_license(&context.request).await
}

pub(super) async fn get_alerts(context: &Context<'_>) -> Result<Document> {
    context.client.get_alerts(&context.request).await
}

pub(super) async fn get_alert_entities(context: &Context<'_>) -> Result<Document> {
    context
        .client
        .get_alert_entities(context.identifier(), &context.request)
        .await
}

pub(super) async fn get_data_processed(context: &Context<'_>) -> Result<Document> {
    let filter = context.argument.parse::<ReportArgument>()?.into();
    context.client.get_data_processed(&filter, &context.request).await
}

pub(super) async fn get_predictions_made(context: &Context<'_>) -> Result<Document> {
    let filter = context.argument.parse::<ReportArgument>()?.into();
    context.client.get_predictions_made(&filter, &context.request).await
}

pub(super) async fn get_most_active_users(context: &Context<'_>) -> Result<Document> {
    let filter = context.argument.parse::<ReportArgument>()?.into();
    context.client.get_most_active_users(&filter, &context.request).await
}

pub(super) async fn get_most_active_models(context: &Context<'_>) -> Result<Document> {
    let filter = context.argument.parse::<ReportArgument>()?.into();
    context.client.get_most_active_models(&filter, &context.request).await
}

/// Returns the series as JSON, in which values that are not finite are `null`.
pub(super) async fn get_cluster_metric(context: &Context<'_>) -> Result<Value> {
    let argument = context.argument.parse::<ReportArgument>()?;
    let metric = argument.metric.clone().unwrap_or_default();
    let series = context
        .client
        .get_cluster_metric(&metric, &argument.into(), &context.request)
        .await?;
    let text = serde_json::to_string(&series).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Value::Json(text))
}
