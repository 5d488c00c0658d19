// Batches, watches and listings, in every form. Compiled by the tests under each way of resolving modules; never run.

import type {
  BatchMethods,
  Job,
  JobClient,
  JobHistoryFilter,
  JobOutcome,
  JobReceipt,
  JobSource,
  JobSummary,
  JobsFilter,
  ListOptions,
  Listing,
  Many,
  Model,
  ModelClient,
  ModelFilter,
  ModzyClient,
  PollOptions,
  RequestOptions,
  ResultClient,
  Submit,
  WaitManyOptions,
  WaitOptions,
} from 'modzy-client';

declare const request: RequestOptions;
declare const list: ListOptions;
declare const poll: PollOptions;
declare const wait: WaitOptions;
declare const many: WaitManyOptions;
declare const receipt: JobReceipt;
declare const job: Job;

export async function batches(client: ModzyClient | JobClient): Promise<JobOutcome[]> {
  const submit = () => client.submitJobText('m', 'v', { a: { 'input.txt': 'text' } });
  async function* slowly(): AsyncGenerator<JobSource> {
    yield receipt;
    yield submit;
  }
  const sources: JobSource[] = ['id', receipt, job, { jobIdentifier: 'id' }, submit, async () => 'id'];
  const anything: Array<Many<JobSource>> = [
    sources,
    new Set(['id']),
    new Map([['a', job]]).values(),
    slowly(),
    ['id', 'id'] as const,
    [1, 2].map((number) => () => client.submitJob({ model: { identifier: 'm', version: String(number) } })),
  ];
  const all: JobOutcome[] = [];
  for (const each of anything) {
    all.push(...(await client.blockUntilAllComplete(each)), ...(await client.blockUntilAllComplete(each, many)));
    for await (const outcome of client.jobsAsCompleted(each, { concurrency: 5, ...wait })) {
      if (outcome.error) {
        const failed: [number, string | undefined, Error, undefined] = [
          outcome.index,
          outcome.jobIdentifier,
          outcome.error,
          outcome.job,
        ];
        console.log(failed);
      } else {
        const { status }: Job = outcome.job;
        const name: string = outcome.jobIdentifier;
        console.log(status, name);
      }
    }
  }
  await client.blockUntilAllComplete(sources, null);
  await client.blockUntilAllComplete(sources, { concurrency: null, onProgress: ({ status }) => console.log(status) });

  // A function gets options, and may ignore them.
  const submitting: Submit = (options) => client.submitJobText('m', 'v', {}, { ...options, jobTimeout: 1000 });
  const uploading: Submit = (options) => client.submitJobFile({ modelId: 'm', version: 'v', sources: {}, ...options });
  await client.blockUntilAllComplete([submitting, uploading, () => client.submitJobText('m', 'v', {}), 'id']);

  // The outcome of a source with a key has the key.
  const keyed = [{ inputKey: 'a', submit: submitting }];
  const options: WaitManyOptions = { journal: new URL('file:///batch.jsonl') };
  for await (const { inputKey } of client.jobsAsCompleted(keyed, options)) {
    const text: string = inputKey;
    console.log(text);
  }
  const [withResult] = await client.blockUntilAllComplete(keyed, { journal: 'batch.jsonl', results: true });
  const key: string | undefined = withResult?.inputKey;
  const found: Job[] = await client.findJobs({ inputKey: key ?? 'a', since: new Date() }, list).toArray();
  console.log(found, withResult?.result?.results);

  // @ts-expect-error: a string is not a list of jobs
  client.jobsAsCompleted('id');
  // @ts-expect-error: a job is not a list of jobs
  client.jobsAsCompleted(job);
  // @ts-expect-error: a promise is not a job
  client.jobsAsCompleted([client.submitJobText('m', 'v', {})]);
  // @ts-expect-error: a function returns a job or a promise of one
  await client.blockUntilAllComplete([() => 7]);
  // @ts-expect-error: a number
  await client.blockUntilAllComplete(sources, { concurrency: '5' });
  // @ts-expect-error: a wait has no retries
  await client.blockUntilAllComplete(sources, { retries: 1 });
  for await (const outcome of client.jobsAsCompleted(sources)) {
    // @ts-expect-error: there may be an error in its place
    console.log(outcome.job.status);
  }
  return all;
}

export async function watching(client: ModzyClient | JobClient): Promise<void> {
  const watches: Array<AsyncIterable<Job>> = [
    client.watchJob('id'),
    client.watchJob(receipt, poll),
    client.watchJob(
      { jobIdentifier: 'id' },
      { pollInterval: 100, maxPollInterval: 60_000, waitTimeout: null, cancelOnAbort: true },
    ),
  ];
  for (const each of watches) {
    for await (const { status, identifier } of each) {
      console.log(status, identifier);
    }
  }

  // @ts-expect-error: the loop takes the place of onProgress
  client.watchJob('id', { onProgress: () => {} });
  // @ts-expect-error: neither a job nor an identifier
  client.watchJob(7);
}

export async function listings(client: ModzyClient, jobs: JobClient, models: ModelClient): Promise<void> {
  const filter: JobHistoryFilter = { user: 'u', startDate: new Date(), status: 'TERMINATED', perPage: 10, page: null };
  const histories: Array<Listing<Job>> = [
    client.listJobHistory(),
    client.listJobHistory(null, list),
    client.listJobHistory(filter, { limit: 10, ...request }),
    jobs.listJobHistory({ model: 'm', limit: 5, direction: 'ASC', sortBy: 'total' }),
  ];
  for (const each of histories) {
    for await (const { jobIdentifier } of each) {
      console.log(jobIdentifier);
    }
    for await (const page of each.pages()) {
      console.log(page.length, page[0]?.status);
    }
  }
  const pending: JobsFilter = { status: 'PENDING', limit: 3, perPage: null };
  const short: JobSummary[] = [
    ...(await client.listJobs(pending, list).toArray()),
    ...(await jobs.listJobs().toArray()),
    ...(await client.getJobs({ user: 'u', startDate: new Date() }, request)),
  ];
  console.log(short[0]?.model.name);
  const which: ModelFilter = { isFeatured: true, name: 'n', perPage: 5 };
  const all: Model[] = [
    ...(await client.listModels().toArray()),
    ...(await models.listModels(which, list).toArray()),
    ...(await models.listModels(undefined, { limit: null }).toArray()),
  ];
  const part: BatchMethods = client;
  console.log(all[0]?.modelId, part);

  // @ts-expect-error: one object
  client.listJobHistory('user');
  // @ts-expect-error: not a member
  client.listJobHistory({ users: 'u' });
  // @ts-expect-error: a number
  client.listModels(null, { limit: '5' });
  // @ts-expect-error: a single page has perPage, not limit
  await client.getJobHistory({}, { limit: 5 });
  // @ts-expect-error: a listing is not an array
  client.listModels().length;
}

export function elsewhere(results: ResultClient, models: ModelClient): void {
  // @ts-expect-error: jobs are the job client's
  results.watchJob('id');
  // @ts-expect-error: jobs are the job client's
  models.listJobHistory();
}
