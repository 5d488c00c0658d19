//! The filters, orders and pages of `GET /models`.

use crate::support::{Answer, DIGEST, MODEL, Server};

/// The models of the real catalog.
const ENTRIES: [&str; 15] = [
    "aevbu1h3yw",
    "132fq7a6a9",
    "c60c8dbd79",
    "f7e252e26a",
    "uvdncymn6q",
    "a92fc413b5",
    "rs2qqwbjwb",
    "m8z2mwe3pt",
    "cyoxn54q5g",
    "6d1c49595f",
    "m1l1t4ryeq",
    "d4t4s3tj01",
    "cbf9e8d6da",
    "e3f73163d3",
    "s25ge4ufw4",
];

/// The models that compute.
const ALL: [&str; 14] = [
    MODEL,
    DIGEST,
    "w0rdc0unt1",
    "l4ngu4g3gs",
    "upp3rc4s3x",
    "t3xtl3ngth",
    "s3nt1m3ntw",
    "k3yw0rds01",
    "r34d4b1l1t",
    "f1l3typ3id",
    "3ntr0pybyt",
    "t3xtt0t0n3",
    "br1ghtn355",
    "g3n3r4t0r1",
];

fn identifiers(answer: &Answer) -> Vec<String> {
    let models = answer.json();
    let models = models.as_array().unwrap().iter();
    models
        .map(|model| model["modelId"].as_str().unwrap().to_owned())
        .collect()
}

/// Searches the models that compute. Of two filters of the same name, the first counts.
async fn search(server: &Server, query: &str) -> Vec<String> {
    let path = format!("/api/models?per-page=1000&{query}&createdByEmail=@emulator.local");
    let answer = server.get(&path).await;
    assert_eq!(answer.status, 200, "{query}");
    identifiers(&answer)
}

#[tokio::test]
async fn each_filter_excludes_some_models() {
    let server = Server::instant().await;
    let labs = &["l4ngu4g3gs", "s3nt1m3ntw", "r34d4b1l1t", "f1l3typ3id"][..];
    for (query, expected) in [
        ("modelId=ed542963de", &[MODEL][..]),
        ("modelId=ed542963d", &[]),
        ("modelId=d1g35t0256,ed542963de", &[MODEL, DIGEST]),
        ("author=open%20source", &[MODEL, DIGEST, "k3yw0rds01"]),
        ("author=LABS", labs),
        ("createdByEmail=labs@emulator", labs),
        ("name=sentiment", &[MODEL, "s3nt1m3ntw"]),
        ("name=Sentiment%20Analysis", &[MODEL]),
        ("name=sentiment;words", &["s3nt1m3ntw"]),
        ("name=digest,ENTROPY", &[DIGEST, "3ntr0pybyt"]),
        ("name=nothing", &[]),
        ("description=sha-256", &[DIGEST]),
        ("isActive=false", &["t3xtl3ngth", "3ntr0pybyt"]),
        ("isActive=False", &["t3xtl3ngth", "3ntr0pybyt"]),
        ("isExpired=true", &["r34d4b1l1t", "f1l3typ3id"]),
        ("isExpired=True&name=file", &["f1l3typ3id"]),
        (
            "isRecommended=true",
            &[MODEL, DIGEST, "w0rdc0unt1", "k3yw0rds01", "f1l3typ3id"],
        ),
        ("isCommercial=true", labs),
        ("lastActiveDateTime=2021-02-01", &[MODEL]),
        ("lastActiveDateTime=2021-02-01T00:00:00.000%2B0000", &[MODEL]),
        ("lastActiveDateTime=2021-02-02", &[]),
        ("expirationDateTime=2023-01-01T00:00:00Z", &["r34d4b1l1t"]),
        (
            "isActive=true&isCommercial=true&isExpired=false",
            &["l4ngu4g3gs", "s3nt1m3ntw"],
        ),
        ("unknown=1", &ALL),
        ("", &ALL),
    ] {
        assert_eq!(search(&server, query).await, expected, "{query}");
    }
    for (query, count) in [
        ("isActive=true", 12),
        ("isExpired=false", 12),
        ("isRecommended=false", 9),
        ("isCommercial=false", 10),
    ] {
        assert_eq!(search(&server, query).await.len(), count, "{query}");
    }
}

#[tokio::test]
async fn models_are_sorted_by_any_field_in_either_direction() {
    let server = Server::instant().await;
    for (query, first, last) in [
        ("sort-by=modelId", "3ntr0pybyt", "w0rdc0unt1"),
        ("sort-by=modelId&direction=ASC", "3ntr0pybyt", "w0rdc0unt1"),
        ("sort-by=modelId&direction=desc", "w0rdc0unt1", "3ntr0pybyt"),
        ("sort-by=name", "br1ghtn355", "w0rdc0unt1"),
        ("sort-by=author", "w0rdc0unt1", "k3yw0rds01"),
        ("sort-by=author,name&direction=DESC", MODEL, "br1ghtn355"),
        ("sort-by=submittedByEmail", "l4ngu4g3gs", "g3n3r4t0r1"),
        ("sort-by=isExpired,modelId", "3ntr0pybyt", "r34d4b1l1t"),
        ("sort-by=isActive,name", "3ntr0pybyt", "w0rdc0unt1"),
        ("sort-by=latestVersion,modelId", "upp3rc4s3x", "r34d4b1l1t"),
        ("sort-by=isRecommended,name", "br1ghtn355", "w0rdc0unt1"),
        ("sort-by=lastActiveDateTime", "upp3rc4s3x", DIGEST),
        ("sort-by=expirationDateTime", MODEL, "l4ngu4g3gs"),
        ("direction=DESC", MODEL, "g3n3r4t0r1"),
    ] {
        let models = search(&server, query).await;
        assert_eq!(models.len(), ALL.len());
        assert_eq!(
            (models[0].as_str(), models[ALL.len() - 1].as_str()),
            (first, last),
            "{query}"
        );
    }
}

#[tokio::test]
async fn the_list_is_paged_and_a_full_page_links_to_the_next() {
    let server = Server::instant().await;
    let base = server.emulator.base_url();
    let all = [&ALL[..], &ENTRIES].concat();
    for (query, expected, next) in [
        ("", &all[..10], Some("page=2")),
        ("?page=0", &all[..10], Some("page=2")),
        ("?page=1", &all[..10], Some("page=2")),
        ("?page=2", &all[10..20], Some("page=3")),
        ("?page=3", &all[20..], None),
        ("?page=4", &[], None),
        (
            "?page=2&per-page=5&isActive=true",
            &["s3nt1m3ntw", "k3yw0rds01", "r34d4b1l1t", "f1l3typ3id", "t3xtt0t0n3"],
            Some("per-page=5&isActive=true&page=3"),
        ),
        ("?per-page=29&name=", &all, Some("per-page=29&name=&page=2")),
        ("?per-page=1&page=18446744073709551615", &[], None),
    ] {
        let answer = server.get(&format!("/api/models{query}")).await;
        assert_eq!(identifiers(&answer), expected, "{query}");
        let link = answer.headers.get("link").map(|link| link.to_str().unwrap().to_owned());
        let expected = next.map(|next| format!("<{base}/models?{next}>; rel=\"next\""));
        assert_eq!(link, expected, "{query}");
    }
}

#[tokio::test]
async fn the_links_lead_to_every_model_once() {
    let server = Server::instant().await;
    let mut path = "/api/models?per-page=5&sort-by=name&direction=DESC&createdByEmail=@".to_owned();
    let mut seen = Vec::new();
    loop {
        let answer = server.get(&path).await;
        seen.extend(identifiers(&answer));
        let Some(link) = answer.headers.get("link") else {
            break;
        };
        let url = link.to_str().unwrap().strip_prefix('<').unwrap();
        path = url.split_once('>').unwrap().0.replace(server.emulator.url(), "");
    }
    let all = search(&server, "sort-by=name&direction=DESC&createdByEmail=@").await;
    assert_eq!((seen.len(), seen), (ALL.len() + ENTRIES.len(), all));
}

#[tokio::test]
async fn an_invalid_parameter_is_refused_by_its_name() {
    let server = Server::instant().await;
    for (query, message) in [
        ("per-page=0", "per-page must be at least 1"),
        ("per-page=x", "per-page must be a whole number"),
        ("page=-1", "page must be a whole number"),
        ("page=", "page must be a whole number"),
        ("isActive=1", "isActive must be true or false"),
        ("isExpired=", "isExpired must be true or false"),
        ("isRecommended=yes", "isRecommended must be true or false"),
        ("isCommercial=TRUE", "isCommercial must be true or false"),
        ("lastActiveDateTime=soon", "lastActiveDateTime must be an ISO 8601 date"),
        (
            "expirationDateTime=2021-13-01",
            "expirationDateTime must be an ISO 8601 date",
        ),
        ("direction=up", "direction must be ASC or DESC"),
        (
            "sort-by=Name",
            "sort-by must be one of modelId, author, submittedByEmail, name, isExpired, isActive, latestVersion, \
             isRecommended, lastActiveDateTime, expirationDateTime",
        ),
    ] {
        let answer = server.get(&format!("/api/models?{query}")).await;
        assert_eq!((answer.status, answer.message().as_str()), (400, message), "{query}");
    }
    assert_eq!(server.get("/api/models?sort-by=name,").await.status, 400);
}
