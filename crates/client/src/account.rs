//! Who uses an account: its users, projects, teams and accounts. Keys are in `accounting`.

use http::Method;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::{given, segment},
    error::{Error, Result},
    listing::{Page, query, with_query},
    transport::{Expect, Payload, Request, Shape},
};

/// The filter of [`Client::get_users`]. A member that is `None` is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserFilter {
    /// A part of the first name.
    pub first_name: Option<String>,
    /// A part of the last name.
    pub last_name: Option<String>,
    /// A part of the e-mail address.
    pub email: Option<String>,
    /// A part of any of these.
    pub search: Option<String>,
    /// The status, such as `Active`.
    pub status: Option<String>,
    /// The prefix of a key of the user.
    pub access_key: Option<String>,
    /// The earliest date, in ISO 8601.
    pub start_date: Option<String>,
    /// The latest date, in ISO 8601.
    pub end_date: Option<String>,
    /// The member that the dates apply to, such as `createdAt`.
    pub search_date: Option<String>,
    /// The page; the first is 1.
    pub page: Option<u64>,
    /// How many users a page holds. Goes out as `per-page`.
    pub per_page: Option<u64>,
}

/// The filter of [`Client::get_projects`]. A member that is `None` is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProjectFilter {
    /// A part of the name.
    pub search: Option<String>,
    /// The status, such as `ACTIVE`.
    pub status: Option<String>,
    /// The page; the first is 1.
    pub page: Option<u64>,
    /// How many projects a page holds. Goes out as `per-page`.
    pub per_page: Option<u64>,
}

impl UserFilter {
    fn path(&self) -> Result<String> {
        Ok(with_query(
            "/accounting/users",
            [
                ("firstName", query::text(self.first_name.as_deref())),
                ("lastName", query::text(self.last_name.as_deref())),
                ("email", query::text(self.email.as_deref())),
                ("search", query::text(self.search.as_deref())),
                ("status", query::text(self.status.as_deref())),
                (
                    "accessKey",
                    query::identifier("access_key", self.access_key.as_deref())?,
                ),
                ("startDate", query::text(self.start_date.as_deref())),
                ("endDate", query::text(self.end_date.as_deref())),
                ("searchDate", query::text(self.search_date.as_deref())),
                ("page", query::shown(self.page)),
                ("per-page", query::shown(self.per_page)),
            ],
        ))
    }
}

impl ProjectFilter {
    fn path(&self) -> String {
        with_query(
            "/accounting/projects",
            [
                ("search", query::text(self.search.as_deref())),
                ("status", query::text(self.status.as_deref())),
                ("page", query::shown(self.page)),
                ("per-page", query::shown(self.per_page)),
            ],
        )
    }
}

impl Client {
    /// Lists the users of the account: `GET /accounting/users`.
    ///
    /// # Errors
    /// As every read; `Status` 403 if the role of the key does not allow it.
    pub async fn get_users(&self, filter: &UserFilter, options: &RequestOptions) -> Result<Document> {
        self.list(&filter.path()?, options).await
    }

    /// Lists the users of the account, one page: `GET /accounting/users`.
    ///
    /// # Errors
    /// As [`Client::get_users`], and `Response` if the response is not an array.
    pub async fn get_users_page(&self, filter: &UserFilter, options: &RequestOptions) -> Result<Page> {
        self.page(&filter.path()?, filter.per_page, options).await
    }

    /// Reads the users with these e-mail addresses: `POST /accounting/users/search`. Users that do not exist are left out.
    ///
    /// # Errors
    /// As [`Client::get_users`]. The request is not repeated if the server may have seen it.
    pub async fn search_users<S: AsRef<str>>(&self, emails: &[S], options: &RequestOptions) -> Result<Document> {
        let emails = emails.iter().map(|email| given("emails", email.as_ref()));
        let identifiers = emails.collect::<Result<Vec<_>>>()?;
        let body = serde_json::to_vec(&serde_json::json!({ "identifiers": identifiers }))
            .map_err(|error| Error::Internal(error.to_string()))?;
        let request = Request {
            payload: Payload::Json(body.into()),
            expect: Expect::BodyOrNothing(Shape::Array),
            ..self.request(Method::POST, "/accounting/users/search", None)
        };
        self.send(&request, options).await
    }

    /// Lists the projects: `GET /accounting/projects`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_projects(&self, filter: &ProjectFilter, options: &RequestOptions) -> Result<Document> {
        self.list(&filter.path(), options).await
    }

    /// Lists the projects, one page: `GET /accounting/projects`.
    ///
    /// # Errors
    /// As [`Client::get_projects`], and `Response` if the response is not an array.
    pub async fn get_projects_page(&self, filter: &ProjectFilter, options: &RequestOptions) -> Result<Page> {
        self.page(&filter.path(), filter.per_page, options).await
    }

    /// Reads a project: `GET /accounting/projects/{project}`.
    ///
    /// # Errors
    /// `Status` 404 for a project that does not exist.
    pub async fn get_project(&self, project_id: &str, options: &RequestOptions) -> Result<Document> {
        let path = format!("/accounting/projects/{}", segment("project_id", project_id)?);
        self.read_with(&path, &["identifier"], options).await
    }

    /// Lists the teams: `GET /accounting/teams`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_teams(&self, options: &RequestOptions) -> Result<Document> {
        self.list("/accounting/teams", options).await
    }

    /// Lists the accounts: `GET /accounting/accounts`.
    ///
    /// # Errors
    /// As every read; `Status` 403 if the role of the key does not allow it.
    pub async fn get_accounts(&self, options: &RequestOptions) -> Result<Document> {
        self.list("/accounting/accounts", options).await
    }

    /// Reads an account with its users: `GET /accounting/accounts/{account}`.
    ///
    /// # Errors
    /// As [`Client::get_accounts`], and `Status` 404 for an account that does not exist.
    pub async fn get_account(&self, account_id: &str, options: &RequestOptions) -> Result<Document> {
        let path = format!("/accounting/accounts/{}", segment("account_id", account_id)?);
        self.read(&path, options).await
    }
}
