// Programs that must compile, and lines that must not. Compiled by the tests under each way of resolving modules; never run.

import modzy, {
  ApiError,
  ConnectionError,
  JobClient,
  ModzyClient,
  ResultClient,
  WaitTimeoutError,
  outputsOf,
  type CancelOutcome,
  type ClientOptions,
  type ClientStats,
  type Job,
  type JobReceipt,
  type JobRef,
  type Result,
  type SubmitJobTextParams,
  type WaitOptions,
} from 'modzy-client';

declare const signal: AbortSignal;

export async function documented(): Promise<void> {
  const modzyClient = new ModzyClient('https://app.modzy.com/api', 'a key');
  let job = await modzyClient.getJob('14856eb1-0ad8-49e7-9da3-887acb80fea5');
  job = await modzyClient.blockUntilComplete(job);
  console.log(`Job ${job.identifier} status ${job.status}`);

  modzyClient
    .getJob('14856eb1-0ad8-49e7-9da3-887acb80fea5')
    .then((read) => modzyClient.blockUntilComplete(read))
    .then((read) => console.log(`Job ${read.identifier} status ${read.status}`))
    .catch((error) => console.error(error));
}

export async function submits(client: ModzyClient): Promise<void> {
  const sources = { key: { 'input.txt': 'text' } };
  // Code for 1.x has one variable for the receipt and the job.
  let job = await client.submitJobText('m', 'v', sources);
  job = await client.blockUntilComplete(job);
  job = await client.submitJobText('m', 'v', sources, true);
  job = await client.submitJobText('m', 'v', sources, { jobTimeout: 1000 });
  job = await client.submitJobText('m', 'v', sources, null, { signal, cancelOnAbort: true });
  const params: SubmitJobTextParams = { modelId: 'm', version: 'v', sources, explain: null };
  const receipt: JobReceipt = await client.submitJobText(params);
  const again: JobReceipt = await client.submitJobText(params, { retries: 0 });
  const open = await client.submitJob({ model: { identifier: 'm', version: 'v' } });
  for (const reference of [job, receipt, again, open, 'id', { jobIdentifier: 'id' } as const] satisfies JobRef[]) {
    await client.blockUntilComplete(reference);
  }

  // @ts-expect-error: the two forms are not mixed
  await client.submitJobText({ modelId: 'm' }, 'v', sources);
  // @ts-expect-error: a text is a string
  await client.submitJobText('m', 'v', { key: { 'input.txt': 7 } });
  // @ts-expect-error: the version is missing
  await client.submitJobText({ modelId: 'm', sources });
  // @ts-expect-error: explain is a boolean
  await client.submitJobText('m', 'v', sources, 'true');
}

export async function waits(client: ModzyClient): Promise<void> {
  const options: WaitOptions = {
    signal,
    requestTimeout: 1000,
    headers: { 'x-a': 'b' },
    pollInterval: 500,
    waitTimeout: undefined,
    maxOutage: null,
    cancelOnAbort: true,
    onCancel: ({ jobIdentifier, job, error }: CancelOutcome) => console.log(jobIdentifier, job?.status, error?.message),
    onProgress: (job) => console.log(job.status, job.completed),
  };
  const job: Job = await client.blockUntilComplete('id', options);
  const novelty: unknown = job['novelty'];
  console.log(novelty);
  if (job.status === 'COMPLETED') {
    const result: Result = await client.getResult(job.jobIdentifier, { signal });
    console.log(result.results?.['any key']?.['results.json'], result.failures?.['any key']?.error);
  }
  const canceled: Job = await client.cancelJob('id');
  const jobs: Job[] = await Promise.all(['a', 'b'].map((id) => client.getJob(id)));
  console.log(canceled, jobs);

  // @ts-expect-error: not an option
  await client.blockUntilComplete('id', { pollIntervall: 500 });
  // @ts-expect-error: a number of ms
  await client.blockUntilComplete('id', { pollInterval: '500' });
  // @ts-expect-error: neither a job nor an identifier
  await client.blockUntilComplete({ id: 'id' });
  // @ts-expect-error: an identifier is a string
  await client.getJob(7);
  // @ts-expect-error: the identifier of a job is read-only
  job.identifier = 'other';
}

export function constructors(options: ClientOptions): void {
  const clients: ModzyClient[] = [
    new ModzyClient('https://app.modzy.com/api', 'a key', options),
    new ModzyClient({ apiKey: 'a key' }),
    new ModzyClient({ apiKey: 'a key', url: 'https://app.modzy.com', ...options }),
    ModzyClient.fromEnv(),
    ModzyClient.fromEnv({ url: 'https://app.modzy.com', maxSockets: 10 }),
    new modzy.ModzyClient({ apiKey: 'a key' }),
    new ModzyClient({ teamId: 'a team', teamToken: 'a token', url: null, logging: 'on', ...options }),
    new ModzyClient({ apiKey: 'a key', teamId: undefined, proxy: false }),
    new ModzyClient({ apiKey: 'a key', proxy: new URL('http://proxy.example:3128'), tls: null }),
    new ModzyClient('https://app.modzy.com/api', 'a key', { proxy: 'http://proxy.example:3128', tls: { ca: 'PEM' } }),
    ModzyClient.fromEnv({ tls: { ca: ['PEM', Buffer.from('PEM')], cert: 'PEM', key: Buffer.from('PEM') } }),
  ];
  for (const client of clients) {
    const [jobs, results]: [JobClient, ResultClient] = [client.getJobClient(), client.resultClient];
    console.log(jobs.getJob, results.getResult, client.baseURL);
    const { busySockets, waitingRequests }: ClientStats = client.stats();
    const closed: Promise<void>[] = [client.close(), jobs.close({ drain: 5000 }), results[Symbol.asyncDispose]()];
    console.log(busySockets, waitingRequests, closed);
  }
  // @ts-expect-error: a time is a number
  void ModzyClient.fromEnv().close({ drain: '5 s' });
  // @ts-expect-error: the key is missing
  new ModzyClient('https://app.modzy.com/api');
  // @ts-expect-error: the key is missing
  new ModzyClient({ url: 'https://app.modzy.com' });
  // @ts-expect-error: a team needs its token
  new ModzyClient({ teamId: 'a team' });
  // @ts-expect-error: a key and a team's credentials are not mixed
  new ModzyClient({ apiKey: 'a key', teamId: 'a team', teamToken: 'a token' });
  // @ts-expect-error: a proxy is a URL or false
  new ModzyClient({ apiKey: 'a key', proxy: true });
  // @ts-expect-error: verification has no off switch
  new ModzyClient({ apiKey: 'a key', tls: { rejectUnauthorized: false } });
  // @ts-expect-error: there is no member with the key
  console.log(clients[0]?.apiKey);
}

export async function runs(client: ModzyClient): Promise<void> {
  const single = await client.run('m', { 'input.txt': 'x' }, { onProgress: ({ status }) => console.log(status) });
  console.log(single.outputs['results.json'].data, single.job.status, single.results['job']?.status);
  const several = await client.run('m@1', { a: { 'input.txt': new Uint8Array(1), b: new URL('file:///x') } });
  // @ts-expect-error: several inputs have no outputs of one
  console.log(several.outputs['results.json']);
  const returned = await client.run('m', { 'input.txt': 'x' }, { failures: 'return', retries: 1, waitTimeout: 5 });
  console.log(returned.outputs?.['results.json'], Object.keys(returned.failures));
  const receipt = await client.submit('m', { 'input.txt': new Blob([]) }, { explain: true, cancelOnAbort: true });
  console.log(receipt.jobIdentifier, Object.keys(outputsOf(several, 'a')));
  const { status, headers, body } = await client.request<{ n: number }>({
    method: 'PATCH',
    path: '/x',
    query: { page: 1, tags: ['a', 'b'], none: null },
    body: { a: 1 },
  });
  console.log(status, headers['x-request-id'], body.n);
  // @ts-expect-error: an input is not a number
  await client.run('m', { 'input.txt': 7 });
  // @ts-expect-error: HEAD has no body to return
  await client.request({ method: 'HEAD', path: '/x' });
  for await (const { job, result, error } of client.jobsAsCompleted(['j'], { results: true })) {
    console.log(job?.status, result?.results, error?.message);
  }
}

export class Mine extends ModzyClient {
  override async getJob(jobId: string): Promise<Job> {
    return super.getJob(jobId, { retries: 5 });
  }
}

export function errors(error: unknown): string {
  if (error instanceof ConnectionError) {
    const sent: 'no' | 'maybe' = error.sent;
    return `${error.phase} ${sent} ${error.retryable}`;
  }
  if (error instanceof ApiError) {
    const { code, url, attempts, error: legacy } = error;
    return `${code} ${url} ${attempts} ${legacy.response?.status} ${error.toString()} ${JSON.stringify(error.toJSON())}`;
  }
  if (error instanceof WaitTimeoutError) {
    return `${error.jobIdentifier} ${error.job?.status}`;
  }
  return String(error);
}
