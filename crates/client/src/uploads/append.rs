//! Appends one input to an open job: `POST /jobs/{job}/{input}/{modelInput}` for each chunk, one after the other.

use http::Method;

use super::{
    form::part,
    idle::Idle,
    job::JobInput,
    limits::Limits,
    progress::{Listener, UploadProgress},
    size,
    sources::Checked,
};
use crate::{
    blocking::stoppable,
    client::{Client, RequestOptions},
    endpoint::segment,
    error::{InputFault, Result},
    jobs::InputNames,
    transport::{Data, Expect, Request, RouteClass},
};

impl Client {
    /// Appends an input to an open job, in as many chunks as it takes: `POST /jobs/{job}/{input}/{modelInput}`. A chunk that the
    /// server may have received is never sent again. Calls `on_progress` as [`Client::submit_job_files`] does.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a source that cannot be used. The job is not canceled.
    pub fn append_input(
        &self,
        mut input: JobInput,
        options: &RequestOptions,
        mut on_progress: impl FnMut(&UploadProgress<'_>) + Send,
    ) -> impl Future<Output = Result<()>> {
        let names = InputNames {
            input_key: input.input_key,
            input_name: input.input_name,
        };
        let resolved = input.source.resolve(|| names.clone());
        async move {
            resolved?;
            segments(&input.job_id, &names)?;
            let checked = stoppable(move |stop| Checked::new(names, input.source, stop)).await?;
            let limits = Limits {
                chunk: input.chunk_size.unwrap_or(size::DEFAULT_CHUNK),
                chunks: None,
                inputs: None,
            };
            let mut listener = self.listener(&mut on_progress);
            self.append(&input.job_id, checked, &limits, options, &mut listener)
                .await
        }
    }

    /// Sends an input that has been checked.
    pub(super) async fn append(
        &self,
        job_id: &str,
        input: Checked,
        limits: &Limits,
        options: &RequestOptions,
        listener: &mut Listener<'_>,
    ) -> Result<()> {
        let total = input.size();
        let mut chunks = input.open(limits.chunk).await?;
        let names = chunks.names.clone();
        let path = segments(job_id, &names)?;
        let mut loaded = 0;
        let mut reported = listener.hear(job_id, &names, (loaded, total), true);
        let idle = Idle::new(self.transport().clock(), self.settings(options).idle_timeout);
        let mut next = chunks.next(&idle).await?;
        let mut count = 0;
        while let Some(data) = next {
            // The number of chunks is unknown in advance for a source without a size.
            count += 1;
            if let Some(most) = limits.chunks.filter(|&most| count > most) {
                let reason = format!("takes more chunks than the server does: {most} an input (maximumInputChunks)");
                return Err(names.refuse(InputFault::Limit, reason));
            }
            let request = Request {
                payload: part(&names.input_name, data.clone())?,
                expect: Expect::Acknowledgement,
                route: Some(RouteClass::Chunk),
                follows: count > 1,
                ..self.request(Method::POST, &path, Some(job_id))
            };
            let send = async {
                self.send(&request, options).await.map_err(|error| match &data {
                    Data::File(range) => range.failure().map_or(error, |failure| names.unreadable(failure)),
                    Data::Bytes(_) => error,
                })
            };
            let send = async {
                idle.during(send).await?;
                loaded += data.len();
                reported = listener.hear(job_id, &names, (loaded, total), false);
                Ok(())
            };
            // Fills the next chunk while this one is sent. A failure of either ends both.
            ((), next) = tokio::try_join!(send, chunks.next(&idle))?;
        }
        if !reported {
            listener.hear(job_id, &names, (loaded, total), true);
        }
        Ok(())
    }

    pub(super) fn listener<'l>(&'l self, notify: &'l mut (dyn FnMut(&UploadProgress<'_>) + Send)) -> Listener<'l> {
        Listener::new(self.transport().clock(), notify)
    }
}

/// Returns the path of an input's route.
pub(super) fn segments(job_id: &str, names: &InputNames) -> Result<String> {
    Ok(format!(
        "/jobs/{}/{}/{}",
        segment("job_id", job_id)?,
        segment("the input key", &names.input_key)?,
        segment("the name of a model's input", &names.input_name)?,
    ))
}
