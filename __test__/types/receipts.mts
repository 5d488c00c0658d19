// Receipts and jobs: what the documented examples do with them. Compiled by the tests; never run.

import {
  type GetJobResponse,
  type Job,
  type JobReceipt,
  type JobRef,
  type ModzyClient,
  type Result,
  type SubmitJobResponse,
} from 'modzy-client';

const sources = { first: { 'input.txt': 'What a lovely day!' } };

/** The documented example with `await`. */
export async function awaited(modzyClient: ModzyClient): Promise<void> {
  let job = await modzyClient.submitJobText('ed542963de', '1.0.1', sources);
  const inputs: number = job.totalInputs;
  const keys: string[] = job.jobInputs.identifier;
  job = await modzyClient.blockUntilComplete(job);
  console.log(`Job ${job.identifier} status ${job.status}`, inputs.toFixed(), keys);
  const result: Result = await modzyClient.getResult(job.identifier);
  console.log(result.results['first']?.['results.json']);
}

/** The documented example with `then`. */
export function chained(modzyClient: ModzyClient): void {
  modzyClient
    .submitJobText('ed542963de', '1.0.1', sources)
    .then((job) => modzyClient.blockUntilComplete(job))
    .then((job) => modzyClient.getResult(job.identifier))
    .then((result) => console.log(result.results))
    .catch(console.error);
}

/** Every submit, in both forms, returns a receipt and nothing wider. */
export async function submits(modzyClient: ModzyClient): Promise<SubmitJobResponse[]> {
  const of = { modelId: 'm', version: 'v' };
  const s3 = { a: { b: { bucket: 'b', key: 'k' } } };
  const promises = [
    modzyClient.submitJob({ model: { identifier: 'm', version: 'v' } }),
    modzyClient.submitJobText('m', 'v', sources),
    modzyClient.submitJobText('m', 'v', sources, true, {}),
    modzyClient.submitJobText({ ...of, sources }),
    modzyClient.submitJobEmbedded('m', 'v', 'text/plain', sources),
    modzyClient.submitJobEmbedded('m', 'v', 'text/plain', sources, false, {}),
    modzyClient.submitJobEmbedded({ ...of, sources }),
    modzyClient.submitJobFile('m', 'v', sources),
    modzyClient.submitJobFile('m', 'v', sources, false, {}),
    modzyClient.submitJobFiles('m', 'v', sources),
    modzyClient.submitJobFile({ ...of, sources }),
    modzyClient.submitJobAWSS3('m', 'v', 'id', 'secret', 'region', s3),
    modzyClient.submitJobAwsS3('m', 'v', 'id', 'secret', 'region', s3, true, {}),
    modzyClient.submitJobJDBC('m', 'v', 'url', 'user', 'password', 'driver', 'query'),
    modzyClient.submitJobJDBC('m', 'v', 'url', 'user', 'password', 'driver', 'query', {}),
  ] as const;
  const all: readonly Promise<JobReceipt>[] = promises;
  const totals: number[] = (await Promise.all(promises)).map(({ totalInputs }) => totalInputs);
  console.log(totals);
  return Promise.all(all);
}

/** A job is named in each way, wherever a call names one. */
export async function references(modzyClient: ModzyClient, receipt: JobReceipt, job: Job): Promise<void> {
  const both: JobReceipt[] = [receipt, job];
  const former: GetJobResponse = job;
  const refs: JobRef[] = ['id', { jobIdentifier: 'id' }, receipt, job];
  for (const ref of refs) {
    await modzyClient.getJob(ref, { retries: 1 });
    await modzyClient.cancelJob(ref);
    await modzyClient.getResult(ref);
    await modzyClient.getInputResult(ref, 'first');
    await modzyClient.closeJob(ref);
    await modzyClient.blockUntilResult(ref);
    await modzyClient.getOutputContents({ job: ref, inputKey: 'a', outputName: 'b' });
    await modzyClient.getOutputContents({ jobId: ref, inputKey: 'a', outputName: 'b', responseType: 'json' });
    await modzyClient.openOutput({ job: ref, inputKey: 'a', outputName: 'b' });
    await modzyClient.downloadOutput({ jobId: ref, inputKey: 'a', outputName: 'b' }, 'file');
    await modzyClient.getJobHistory(null, null, null, null, [ref, receipt]);
    await modzyClient.getJobHistory(null, null, null, null, ref);
  }
  const jobs: Job[] = await Promise.all(refs.map(modzyClient.getJob.bind(modzyClient)));
  console.log(
    both,
    former.jobInputs[0]?.identifier,
    job.jobInputs.map(({ identifier }) => identifier),
    jobs,
  );

  // @ts-expect-error: it has to be awaited first
  await modzyClient.getJob(modzyClient.submitJobText('m', 'v', sources));
  // @ts-expect-error: it has to be awaited first
  await modzyClient.openOutput({ job: Promise.resolve(job), inputKey: 'a', outputName: 'b' });
  // @ts-expect-error: one name of the job
  await modzyClient.openOutput({ job, jobId: 'id', inputKey: 'a', outputName: 'b' });
  // @ts-expect-error: a job has no such member
  job.totalInputs.toFixed();
}
