//! The routes that deploy a version step by step, and those that change one. `create` has the first steps.

use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{FromRef, State};
use axum::routing::{patch, post, put};
use axum::{Extension, Json, Router};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::attributes::{Patch, engines};
use super::{Pace, create, files};
use crate::auth::Caller;
use crate::error::{Error, Segments};
use crate::member::Members;
use crate::models::{Catalog, Container, Image, Program, VersionRecord, VersionStatus, run, version_document};
use crate::query::Parameters;

/// The requirement of containers for ARM, which are not tested.
const ARM: i64 = -99;

type Path = Segments<(String, String)>;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Catalog: FromRef<S>,
    Pace: FromRef<S>,
{
    let version = "/models/{model}/versions/{version}";
    let route = |name: &str| format!("{version}/{name}");
    Router::new()
        .route("/models", post(create::model))
        .route("/models/{model}", patch(create::describe))
        .route("/models/{model}/image", post(picture))
        .route("/models/{model}/versions", post(create::version))
        .route(version, patch(change))
        .route(&route("processing"), patch(scale))
        .route(&route("container-image"), post(pull).get(pulled))
        .route(&route("load-process"), post(load))
        .route(&route("testInput"), post(test_input))
        .route(&route("run-process"), post(start_run).get(progress))
        .route(&route("sample-input"), put(sample_input))
        .route(&route("sample-output"), put(sample_output))
}

/// `PATCH …/versions/{version}`: replaces the attributes that the body names, and activates the version if its status says so.
async fn change(
    State(catalog): State<Catalog>,
    State(pace): State<Pace>,
    Extension(caller): Extension<Caller>,
    Segments((model, version)): Path,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let body = Patch::of(&body)?;
    let activates = body.activates()?;
    let (model, version) = catalog.change_version(&caller, &model, &version, |version| {
        body.apply(&mut version.attributes)?;
        if activates && !version.is_active() {
            check_tested(version, &pace)?;
            version.status = VersionStatus::Active;
        }
        version.scale(&pace);
        Ok(())
    })?;
    Ok(Json(version_document(&model, &version, &pace)))
}

/// Whether a version can be activated: its test has passed, or it is for a machine on which it cannot be tested.
fn check_tested(version: &VersionRecord, pace: &Pace) -> Result<(), Error> {
    let deployment = &version.deployment;
    if !deployment.is_loaded() {
        return Err(Error::bad_request("the container image is not loaded"));
    }
    let attributes = &version.attributes;
    let is_built_in = matches!(version.program, Program::BuiltIn(..));
    if is_built_in
        || attributes.requirement.get("requirementId") == Some(&json!(ARM))
        || deployment.has_passed(pace, attributes.timeout)
    {
        Ok(())
    } else {
        Err(Error::bad_request("the model has not been run on its test input"))
    }
}

/// `PATCH …/versions/{version}/processing`: the administrators' way to change the engines.
async fn scale(
    State(catalog): State<Catalog>,
    State(pace): State<Pace>,
    Extension(caller): Extension<Caller>,
    Segments((model, version)): Path,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let body = Members::of_body(&body)?;
    let (model, version) = catalog.change_version(&caller, &model, &version, |version| {
        version.attributes.processing = engines(&body, version.attributes.processing)?;
        version.scale(&pace);
        Ok(())
    })?;
    Ok(Json(version_document(&model, &version, &pace)))
}

/// `POST …/container-image`: starts to pull the image from its registry. The password is not kept.
async fn pull(
    State(catalog): State<Catalog>,
    State(pace): State<Pace>,
    Extension(caller): Extension<Caller>,
    Segments((model, version)): Path,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let url = Members::of_body(&body)?
        .required("registry")?
        .members()?
        .required("url")?;
    let image = url.string()?;
    if image.trim().is_empty() {
        return Err(url.must_be("the name of an image"));
    }
    let (model, version) = catalog.change_version(&caller, &model, &version, |version| {
        check_partial(version)?;
        version.program = Program::Container(Container::of(&image));
        version.deployment.pull(&image);
        Ok(())
    })?;
    Ok(Json(version.deployment.container_image(&model.identifier, &pace)))
}

/// `GET …/container-image`: the progress of the pull.
async fn pulled(
    State(catalog): State<Catalog>,
    State(pace): State<Pace>,
    Segments((model, version)): Path,
) -> Result<Json<Value>, Error> {
    let (_, version) = catalog.find_version(&model, &version)?;
    let percentage = version.deployment.pulled(&pace)?;
    Ok(Json(json!({ "percentage": percentage })))
}

/// `POST …/load-process`: starts the container, and responds without a body when it has started.
async fn load(
    State(catalog): State<Catalog>,
    State(pace): State<Pace>,
    Extension(caller): Extension<Caller>,
    Segments((model, version)): Path,
) -> Result<(), Error> {
    catalog.change_version(&caller, &model, &version, |version| {
        version.deployment.check_image(&pace)
    })?;
    tokio::time::sleep(pace.step).await;
    catalog.change_version(&caller, &model, &version, |version| {
        version.deployment.load(&pace, version.attributes.timeout)
    })?;
    Ok(())
}

/// `POST …/testInput?name=<model input>`: the file of the run.
async fn test_input(
    State(catalog): State<Catalog>,
    Extension(caller): Extension<Caller>,
    Segments((model, version)): Path,
    parameters: Parameters,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Json<Value>, Error> {
    let file = files::read(multipart).await?;
    let name = parameters.get("name").unwrap_or_default();
    catalog.change_version(&caller, &model, &version, |version| {
        if !version.input_names().contains(&name) {
            return Err(Error::bad_request(format!(
                "name must be an input of the version, and is {name:?}"
            )));
        }
        version.deployment.set_test_input(name.to_owned(), file.content.clone());
        Ok(())
    })?;
    Ok(Json(
        json!({ "name": name, "fileName": file.name, "size": file.content.len() }),
    ))
}

/// `POST …/run-process`: runs the model on its test input. As on the real service, the run overwrites the texts of the version.
async fn start_run(
    State(catalog): State<Catalog>,
    Extension(caller): Extension<Caller>,
    Segments((model, version)): Path,
) -> Result<(), Error> {
    catalog.change_version(&caller, &model.clone(), &version, |version| {
        check_partial(version)?;
        let values = version.deployment.test_values()?;
        let bytes = values.values().map(Bytes::len).sum();
        let outcome = run(version, &values, false);
        version.deployment.run(version.engine(&model), bytes, outcome);
        version.attributes.long_description.clear();
        version.attributes.technical_details.clear();
        version.attributes.performance_summary.clear();
        version.attributes.statistics.clear();
        Ok(())
    })?;
    Ok(())
}

fn check_partial(version: &VersionRecord) -> Result<(), Error> {
    match version.status {
        VersionStatus::Partial => Ok(()),
        status => Err(Error::bad_request(format!(
            "the version {} is {} and not partial",
            version.number,
            status.name()
        ))),
    }
}

/// `GET …/run-process`: the progress of the run, and at its end the result.
async fn progress(
    State(catalog): State<Catalog>,
    State(pace): State<Pace>,
    Segments((model, version)): Path,
) -> Result<Json<Value>, Error> {
    let (_, version) = catalog.find_version(&model, &version)?;
    let progress = version.deployment.progress(&pace, version.attributes.timeout)?;
    Ok(Json(progress))
}

/// `PUT …/sample-input`: sets the document, whatever it contains.
async fn sample_input(
    State(catalog): State<Catalog>,
    Extension(caller): Extension<Caller>,
    Segments((model, version)): Path,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let sample = document(&body)?;
    catalog.change_version(&caller, &model, &version, |version| {
        version.samples.input = Some(sample);
        Ok(())
    })?;
    Ok(Json(json!({})))
}

/// `PUT …/sample-output`, likewise.
async fn sample_output(
    State(catalog): State<Catalog>,
    Extension(caller): Extension<Caller>,
    Segments((model, version)): Path,
    body: Bytes,
) -> Result<Json<Value>, Error> {
    let sample = document(&body)?;
    catalog.change_version(&caller, &model, &version, |version| {
        version.samples.output = Some(sample);
        Ok(())
    })?;
    Ok(Json(json!({})))
}

fn document(body: &[u8]) -> Result<Value, Error> {
    Members::of_body(body)?;
    serde_json::from_slice(body).map_err(|error| Error::bad_request(format!("the body is not JSON: {error}")))
}

/// `POST /models/{model}/image?description=<text>`: the picture of the model's card.
async fn picture(
    State(catalog): State<Catalog>,
    Extension(caller): Extension<Caller>,
    Segments(model): Segments<String>,
    parameters: Parameters,
    multipart: Result<Multipart, MultipartRejection>,
) -> Result<Json<Image>, Error> {
    files::read(multipart).await?;
    let image = Image {
        url: format!(
            "/modzy-images/{model}/image_card_{}.png",
            Timestamp::now().as_millisecond()
        ),
        caption: parameters.get("description").unwrap_or_default().to_owned(),
        relation_type: "card",
    };
    catalog.change(&caller, &model, |model| {
        model.images.retain(|other| other.relation_type != image.relation_type);
        model.images.push(image.clone());
        Ok(())
    })?;
    Ok(Json(image))
}
