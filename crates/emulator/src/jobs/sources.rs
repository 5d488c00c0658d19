//! Reads the `input` of a submit, by its type. Nothing is fetched: an object in another service is replaced by placeholder
//! content, which depends only on the names of its bucket and file.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use url::Url;

use super::input::Input;
use crate::error::Error;
use crate::member::{Member, Members};
use crate::models::{Values, VersionRecord};

/// The input types of the API.
const INPUT_TYPES: [&str; 7] = [
    "text",
    "embedded",
    "aws-s3",
    "aws-s3-folder",
    "azureblob",
    "storage-grid",
    "jdbc",
];

/// How many files each folder, and rows each query, has.
const STAND_INS: usize = 3;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The inputs of a job, or the rows of its query.
#[derive(Debug)]
pub(super) enum Sources {
    Inputs(Vec<Input>),
    /// The rows of a query, whose columns are the model inputs.
    Rows,
}

impl Sources {
    /// Returns the inputs for a model's version.
    pub(super) fn inputs(self, version: &VersionRecord) -> Vec<Input> {
        match self {
            Self::Inputs(inputs) => inputs,
            Self::Rows => (1..=STAND_INS)
                .map(|row| Input {
                    key: format!("row1-{row}"),
                    values: version
                        .input_names()
                        .into_iter()
                        .map(|name| (name.to_owned(), format!("Row {row} of {name}.").into()))
                        .collect(),
                })
                .collect(),
        }
    }

    pub(super) fn count(&self) -> usize {
        match self {
            Self::Inputs(inputs) => inputs.len(),
            Self::Rows => STAND_INS,
        }
    }

    pub(super) fn parse(input: &Member<'_>) -> Result<Self, Error> {
        let input = input.members()?;
        let input_type = input.required("type")?;
        match input_type.string()?.as_str() {
            "text" => leaves(&input, |value| Ok(value.string()?.into())),
            "embedded" => leaves(&input, data_uri),
            "aws-s3" => {
                strings(&input, &["accessKeyID", "secretAccessKey", "region"])?;
                leaves(&input, |value| object(value, ["bucket", "key"]))
            }
            "aws-s3-folder" => {
                strings(&input, &["accessKeyID", "secretAccessKey", "region"])?;
                Ok(files(leaves(&input, |value| object(value, ["bucket", "key"]))?))
            }
            "azureblob" => {
                strings(&input, &["storageAccount", "storageAccountKey"])?;
                leaves(&input, |value| object(value, ["container", "filePath"]))
            }
            "storage-grid" => {
                strings(&input, &["accessKeyID", "secretAccessKey", "endpoint"])?;
                endpoint(&input.required("endpoint")?)?;
                leaves(&input, |value| object(value, ["bucket", "key"]))
            }
            "jdbc" => {
                strings(&input, &["url", "username", "password", "driver", "query"])?;
                Ok(Self::Rows)
            }
            _ => Err(input_type.must_be(&format!("one of {}", INPUT_TYPES.join(", ")))),
        }
    }
}

/// Reads the two levels of `sources`: input key, model input name, value.
fn leaves(input: &Members<'_>, read: impl Fn(&Member<'_>) -> Result<Bytes, Error>) -> Result<Sources, Error> {
    let sources = input.required("sources")?;
    let inputs = sources
        .members()?
        .each()
        .map(|(key, source)| {
            let values = source
                .members()?
                .each()
                .map(|(name, value)| Ok((name.to_owned(), read(&value)?)))
                .collect::<Result<Values, Error>>()?;
            Ok(Input {
                key: key.to_owned(),
                values,
            })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    if inputs.is_empty() {
        return Err(Error::bad_request(format!(
            "{} must have at least one input",
            sources.name
        )));
    }
    Ok(Sources::Inputs(inputs))
}

/// Turns each file of the folders into an input.
fn files(folders: Sources) -> Sources {
    let Sources::Inputs(folders) = folders else {
        return folders;
    };
    let files = folders.into_iter().flat_map(|folder| {
        (1..=STAND_INS).map(move |file| Input {
            key: format!("{}-{file}", folder.key),
            values: folder
                .values
                .iter()
                .map(|(name, content)| {
                    let content = [content, &b" File "[..], file.to_string().as_bytes()].concat();
                    (name.clone(), content.into())
                })
                .collect(),
        })
    });
    Sources::Inputs(files.collect())
}

fn strings(members: &Members<'_>, names: &[&str]) -> Result<(), Error> {
    for name in names {
        members.required(name)?.string()?;
    }
    Ok(())
}

fn endpoint(endpoint: &Member<'_>) -> Result<(), Error> {
    let is_full = Url::parse(&endpoint.string()?).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if is_full {
        Ok(())
    } else {
        Err(endpoint.must_be("a full URL"))
    }
}

/// Returns the placeholder for an object that two members name.
fn object(value: &Member<'_>, names: [&str; 2]) -> Result<Bytes, Error> {
    let members = value.members()?;
    let [place, name] = names.map(|name| members.required(name)?.string());
    Ok(format!("Placeholder for {} in {}.", name?, place?).into())
}

/// Decodes `data:<media type>;base64,<data>`.
fn data_uri(value: &Member<'_>) -> Result<Bytes, Error> {
    let text = value.string()?;
    let content = text
        .split_at_checked(5)
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("data:"))
        .and_then(|(_, rest)| rest.split_once(','))
        .and_then(|(head, data)| {
            let (_, encoding) = head.rsplit_once(';')?;
            encoding.eq_ignore_ascii_case("base64").then_some(data)
        })
        .and_then(|data| BASE64.decode(data).ok());
    content
        .map(Bytes::from)
        .ok_or_else(|| value.must_be("a data URI with base64 content"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(input: &str) -> Result<Sources, Error> {
        let body = format!(r#"{{"input":{input}}}"#);
        Sources::parse(&Members::of_body(body.as_bytes())?.required("input")?)
    }

    fn inputs(input: &str) -> Vec<(String, String)> {
        let (_, version) = crate::models::Catalog::default()
            .find_version("ed542963de", "1.0.1")
            .unwrap();
        let inputs = parse(input).unwrap().inputs(&version);
        inputs
            .into_iter()
            .map(|input| {
                let value = String::from_utf8(input.values[0].to_vec()).unwrap();
                (input.key, value)
            })
            .collect()
    }

    fn embedded(uri: &str) -> Result<Bytes, String> {
        let input = format!(r#"{{"type":"embedded","sources":{{"a":{{"input":"{uri}"}}}}}}"#);
        match parse(&input) {
            Ok(Sources::Inputs(inputs)) => Ok(inputs[0].values[0].clone()),
            Ok(Sources::Rows) => panic!("rows"),
            Err(error) => Err(error.message().to_owned()),
        }
    }

    #[test]
    fn a_data_uri_is_decoded_whatever_its_media_type() {
        for uri in [
            "data:text/plain;base64,aGk=",
            "data:application/octet-stream;base64,aGk=",
            "data:image/jpg;charset=utf-8;base64,aGk=",
            "data:;base64,aGk=",
            "DATA:text/plain;BASE64,aGk=",
            "data:text/plain;base64,aGk",
        ] {
            assert_eq!(embedded(uri).unwrap(), "hi", "{uri}");
        }
        assert_eq!(embedded("data:;base64,").unwrap(), "");
        assert_eq!(embedded("data:;base64,//79").unwrap(), &b"\xff\xfe\xfd"[..]);
    }

    #[test]
    fn an_invalid_data_uri_is_refused_without_its_value() {
        for uri in [
            "",
            "secret",
            "data:secret",
            "data:,secret",
            "data:text/plain,secret",
            "data:;base64,sec*et",
            "data:base64,aGk=",
        ] {
            assert_eq!(
                embedded(uri).unwrap_err(),
                "input.sources.a.input must be a data URI with base64 content"
            );
        }
    }

    #[test]
    fn objects_have_placeholders_that_follow_from_their_names() {
        let s3 = r#"{"type":"aws-s3","accessKeyID":"a","secretAccessKey":"b","region":"c",
            "sources":{"x":{"input.txt":{"bucket":"B","key":"K"}}}}"#;
        assert_eq!(inputs(s3), [("x".to_owned(), "Placeholder for K in B.".to_owned())]);
        let folder = s3.replace("aws-s3", "aws-s3-folder");
        let keys: Vec<_> = inputs(&folder).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["x-1", "x-2", "x-3"]);
        assert_eq!(inputs(&folder)[2].1, "Placeholder for K in B. File 3");
    }

    #[test]
    fn a_query_has_rows_with_the_models_inputs() {
        let jdbc = r#"{"type":"jdbc","url":"a","username":"b","password":"c","driver":"d","query":"e"}"#;
        assert_eq!(
            inputs(jdbc),
            [1, 2, 3].map(|row| (format!("row1-{row}"), format!("Row {row} of input.txt.")))
        );
    }
}
