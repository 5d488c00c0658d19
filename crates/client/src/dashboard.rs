//! The figures of the dashboard: the license, alerts, reports and metrics of the cluster.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    client::{Client, RequestOptions},
    document::Document,
    endpoint::segment,
    error::Result,
    listing::{query, with_query},
};

/// The filter of the reports. A member that is `None` is not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportFilter {
    /// The first day, such as `2021-08-13`. Goes out as `begin-date`. A period has at least 7 days; the server completes it.
    pub begin_date: Option<String>,
    /// The last day. Goes out as `end-date`.
    pub end_date: Option<String>,
    /// The user who submitted the jobs. Goes out as `user-identifier`.
    pub user_id: Option<String>,
    /// The prefix of the key that submitted the jobs. Goes out as `access-key`.
    pub access_key: Option<String>,
    /// The model of the jobs. Goes out as `model-identifier`.
    pub model_id: Option<String>,
    /// The team of the jobs. Goes out as `team-identifier`.
    pub team_id: Option<String>,
}

/// A series of a metric: [`Client::get_cluster_metric`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MetricSeries {
    /// The labels of the series.
    pub labels: BTreeMap<String, String>,
    /// The points, in the order of the server.
    pub points: Vec<MetricPoint>,
}

/// A point of a [`MetricSeries`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MetricPoint {
    /// ms since 1970, in UTC.
    pub time: f64,
    /// The value. May be NaN or infinite.
    pub value: f64,
}

impl ReportFilter {
    fn path(&self, report: &str) -> Result<String> {
        Ok(with_query(
            report,
            [
                ("begin-date", query::text(self.begin_date.as_deref())),
                ("end-date", query::text(self.end_date.as_deref())),
                (
                    "user-identifier",
                    query::identifier("user_id", self.user_id.as_deref())?,
                ),
                (
                    "access-key",
                    query::identifier("access_key", self.access_key.as_deref())?,
                ),
                (
                    "model-identifier",
                    query::identifier("model_id", self.model_id.as_deref())?,
                ),
                (
                    "team-identifier",
                    query::identifier("team_id", self.team_id.as_deref())?,
                ),
            ],
        ))
    }
}

impl Client {
    /// Reads the license: `GET /license`. Its number of engines is a text.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_license(&self, options: &RequestOptions) -> Result<Document> {
        self.read_with("/license", &["companyName", "processingEngines"], options)
            .await
    }

    /// Counts the alerts of each type: `GET /notifications/alerts`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_alerts(&self, options: &RequestOptions) -> Result<Document> {
        self.list("/notifications/alerts", options).await
    }

    /// Lists the identifiers of the jobs or models that alerts are about: `GET /notifications/alerts/{type}`.
    ///
    /// # Errors
    /// As every read.
    pub async fn get_alert_entities(&self, alert_type: &str, options: &RequestOptions) -> Result<Document> {
        let path = format!("/notifications/alerts/{}", segment("alert_type", alert_type)?);
        self.list(&path, options).await
    }

    /// Reports the bytes that jobs have processed: `GET /metrics/data-processed`.
    ///
    /// # Errors
    /// As every read; `Status` 400 for a period that the server refuses.
    pub async fn get_data_processed(&self, filter: &ReportFilter, options: &RequestOptions) -> Result<Document> {
        let path = filter.path("/metrics/data-processed")?;
        self.read_with(&path, &["dataProcessed", "recent"], options).await
    }

    /// Reports the inputs that jobs have processed: `GET /metrics/predictions-made`.
    ///
    /// # Errors
    /// As [`Client::get_data_processed`].
    pub async fn get_predictions_made(&self, filter: &ReportFilter, options: &RequestOptions) -> Result<Document> {
        let path = filter.path("/metrics/predictions-made")?;
        self.read_with(&path, &["predictionsMade", "recent"], options).await
    }

    /// Ranks the users by their jobs: `GET /metrics/active-users`.
    ///
    /// # Errors
    /// As [`Client::get_data_processed`].
    pub async fn get_most_active_users(&self, filter: &ReportFilter, options: &RequestOptions) -> Result<Document> {
        self.list(&filter.path("/metrics/active-users")?, options).await
    }

    /// Ranks the versions of models by their jobs: `GET /metrics/active-models`.
    ///
    /// # Errors
    /// As [`Client::get_data_processed`].
    pub async fn get_most_active_models(&self, filter: &ReportFilter, options: &RequestOptions) -> Result<Document> {
        self.list(&filter.path("/metrics/active-models")?, options).await
    }

    /// Reads a metric of the cluster, such as `cpu-used`: `GET /metrics/prometheus/{metric}`. Times become numbers of milliseconds and
    /// values, which the server sends as texts, become numbers. Anything in the response that is not a series or a point is left out.
    ///
    /// # Errors
    /// As [`Client::get_data_processed`], and `Status` 404 for an unknown metric.
    pub async fn get_cluster_metric(
        &self,
        metric: &str,
        filter: &ReportFilter,
        options: &RequestOptions,
    ) -> Result<Vec<MetricSeries>> {
        let path = format!("/metrics/prometheus/{}", segment("metric", metric)?);
        let dates = ReportFilter {
            begin_date: filter.begin_date.clone(),
            end_date: filter.end_date.clone(),
            ..ReportFilter::default()
        };
        Ok(series(&self.read_with(&dates.path(&path)?, &["data"], options).await?))
    }
}

/// Reads the series of a response.
fn series(document: &Document) -> Vec<MetricSeries> {
    #[derive(Deserialize, Default)]
    struct Response {
        data: Data,
    }
    #[derive(Deserialize, Default)]
    struct Data {
        result: Vec<Box<RawValue>>,
    }
    #[derive(Deserialize)]
    struct Raw {
        #[serde(default)]
        metric: BTreeMap<String, String>,
        values: Vec<Box<RawValue>>,
    }
    let response: Response = document.parse().unwrap_or_default();
    let raw = response.data.result.iter().filter_map(|each| {
        let Raw { metric, values } = serde_json::from_str(each.get()).ok()?;
        let points = values.iter().filter_map(|each| {
            let (seconds, value): (f64, String) = serde_json::from_str(each.get()).ok()?;
            Some(MetricPoint {
                time: seconds * 1000.0,
                value: value.parse().ok()?,
            })
        });
        Some(MetricSeries {
            labels: metric,
            points: points.collect(),
        })
    });
    raw.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_numbers_and_what_is_no_point_is_left_out() {
        let text = r#"{"data":{"result":[
            {"metric":{"pod":"a"},"values":[[1618290060,"0.23115264514500705"],[1,2],"x",[2.5,"NaN"],[3,"+Inf"],[4,"five"]]},
            {"values":[]}, 7, {"metric":{}}]}}"#;
        let all = series(&Document::of_json(text.to_owned()));
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].labels["pod"], "a");
        let points: Vec<_> = all[0].points.iter().map(|point| (point.time, point.value)).collect();
        assert_eq!(points[0], (1_618_290_060_000.0, 0.231_152_645_145_007_05));
        assert!(points[1].1.is_nan());
        assert_eq!((points[2], points.len()), ((3000.0, f64::INFINITY), 3));
        for nothing in ["{}", r#"{"data":null}"#, r#"{"data":{"result":{}}}"#] {
            assert!(series(&Document::of_json(nothing.to_owned())).is_empty(), "{nothing}");
        }
    }
}
