use super::*;

fn parse(input: &str) -> Result<Sources, Error> {
    let body = format!(r#"{{"input":{input}}}"#);
    Sources::parse(&Members::of_body(body.as_bytes())?.required("input")?)
}

fn inputs(input: &str) -> Vec<(String, String)> {
    let version = &crate::models::find("ed542963de").unwrap().versions()[0];
    let inputs = parse(input).unwrap().inputs(version);
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
fn what_is_no_base64_data_uri_is_refused_without_its_value() {
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
fn objects_have_stand_ins_that_follow_from_their_names() {
    let s3 = r#"{"type":"aws-s3","accessKeyID":"a","secretAccessKey":"b","region":"c",
        "sources":{"x":{"input.txt":{"bucket":"B","key":"K"}}}}"#;
    assert_eq!(inputs(s3), [("x".to_owned(), "A stand-in for K in B.".to_owned())]);
    let folder = s3.replace("aws-s3", "aws-s3-folder");
    let keys: Vec<_> = inputs(&folder).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["x-1", "x-2", "x-3"]);
    assert_eq!(inputs(&folder)[2].1, "A stand-in for K in B. File 3");
}

#[test]
fn a_query_has_rows_with_the_models_inputs() {
    let jdbc = r#"{"type":"jdbc","url":"a","username":"b","password":"c","driver":"d","query":"e"}"#;
    assert_eq!(
        inputs(jdbc),
        [1, 2, 3].map(|row| (format!("row1-{row}"), format!("Row {row} of input.txt.")))
    );
}
