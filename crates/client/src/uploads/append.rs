//! One input for an open job: `POST /jobs/{job}/{input}/{modelInput}` for each chunk, one after the other.

use http::Method;
use tokio_util::sync::CancellationToken;

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
    blocking,
    client::{Client, RequestOptions},
    endpoint::segment,
    error::{InputFault, Result},
    jobs::Place,
    transport::{Data, Expect, Request},
};

impl Client {
    /// Appends an input to an open job, in as many chunks as it takes: `POST /jobs/{job}/{input}/{modelInput}`. A chunk whose
    /// fate is unknown is never sent again. `on_progress` hears of it as in [`Client::submit_job_files`].
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a source that cannot be used. The job is not cancelled.
    pub fn append_input(
        &self,
        mut input: JobInput,
        options: &RequestOptions,
        mut on_progress: impl FnMut(&UploadProgress<'_>) + Send,
    ) -> impl Future<Output = Result<()>> {
        let place = Place {
            input_key: input.input_key,
            input_name: input.input_name,
        };
        let resolved = input.source.resolve(|| place.clone());
        async move {
            resolved?;
            segments(&input.job_id, &place)?;
            let checked = stoppable(move |stop| Checked::new(place, input.source, stop)).await?;
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
        let place = chunks.place.clone();
        let path = segments(job_id, &place)?;
        let mut loaded = 0;
        let mut told = listener.hear(job_id, &place, (loaded, total), true);
        let idle = Idle::new(self.transport().clock(), self.settings(options).idle_timeout);
        let mut next = chunks.next(&idle).await?;
        let mut count = 0;
        while let Some(data) = next {
            // Of a source without a size this is not known before.
            count += 1;
            if let Some(most) = limits.chunks.filter(|&most| count > most) {
                let reason = format!("takes more chunks than the server does: {most} an input (maximumInputChunks)");
                return Err(place.refuse(InputFault::Limit, reason));
            }
            let request = Request {
                payload: part(&place.input_name, data.clone())?,
                expect: Expect::Acknowledgement,
                ..self.request(Method::POST, &path, Some(job_id))
            };
            let send = async {
                self.send(&request, options).await.map_err(|error| match &data {
                    Data::File(range) => range.failure().map_or(error, |failure| place.unreadable(failure)),
                    Data::Bytes(_) => error,
                })
            };
            let send = async {
                idle.during(send).await?;
                loaded += data.len();
                told = listener.hear(job_id, &place, (loaded, total), false);
                Ok(())
            };
            // The next chunk is made while this one is on its way. A failure of either ends both.
            ((), next) = tokio::try_join!(send, chunks.next(&idle))?;
        }
        if !told {
            listener.hear(job_id, &place, (loaded, total), true);
        }
        Ok(())
    }

    pub(super) fn listener<'l>(&'l self, tell: &'l mut (dyn FnMut(&UploadProgress<'_>) + Send)) -> Listener<'l> {
        Listener::new(self.transport().clock(), tell)
    }
}

/// Does work that may block, and that needs nothing but what it takes along. Where nobody waits for it any more, it is stopped.
pub(super) async fn stoppable<T: Send + 'static>(
    work: impl FnOnce(&CancellationToken) -> Result<T> + Send + 'static,
) -> Result<T> {
    let stop = CancellationToken::new();
    let _stopped = stop.clone().drop_guard();
    blocking::start(move || work(&stop)).await?
}

/// The path of an input.
pub(super) fn segments(job_id: &str, place: &Place) -> Result<String> {
    Ok(format!(
        "/jobs/{}/{}/{}",
        segment("jobId", job_id)?,
        segment("the input key", &place.input_key)?,
        segment("the name of a model's input", &place.input_name)?,
    ))
}
