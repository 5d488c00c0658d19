// The methods about jobs and results, in every form. Compiled by the tests under each way of resolving modules; never run.

import { createReadStream } from 'node:fs';
import {
  JobClient,
  ResultClient,
  decodeExplanation,
  isFinalStatus,
  type AppendOptions,
  type DownloadOptions,
  type DownloadProgress,
  type EmbeddedSources,
  type EnginesResponse,
  type Explanation,
  type FileSources,
  type InputResult,
  type Job,
  type JobFeatures,
  type JobReceipt,
  type ModzyClient,
  type OutputRef,
  type StreamedResult,
  type RequestOptions,
  type Result,
  type SubmitJobAwsS3Params,
  type SubmitJobEmbeddedParams,
  type SubmitJobFileParams,
  type SubmitJobAzureBlobParams,
  type SubmitJobJDBCParams,
  type SubmitJobStorageGridParams,
  type SubmitOptions,
  type UploadOptions,
  type WaitOptions,
} from 'modzy-client';

declare const request: RequestOptions;
declare const submit: SubmitOptions;
declare const upload: UploadOptions;
declare const append: AppendOptions;
declare const wait: WaitOptions;
declare const bytes: Uint8Array;

export async function history(client: ModzyClient | JobClient): Promise<Job[]> {
  const none = null;
  let jobs: Job[] = await client.getJobHistory();
  jobs = await client.getJobHistory('user');
  jobs = await client.getJobHistory(none, none, new Date(), '2024-01-01', 'Sentiment', 'ALL', 1, 10, 'desc', 'status');
  jobs = await client.getJobHistory(none, none, none, none, ['id'], none, none, none, none, none, request);
  jobs = await client.getJobHistory(undefined, undefined, undefined, undefined, 'id;id' as const);
  jobs = await client.getJobHistory({});
  jobs = await client.getJobHistory(none, request);
  jobs = await client.getJobHistory(undefined, { retries: 1 });
  jobs = await client.getJobHistory({ user: 'u', accessKey: 'k', startDate: new Date(), endDate: '2024', model: 'm' });
  jobs = await client.getJobHistory({
    status: 'TERMINATED',
    page: 1,
    perPage: null,
    direction: 'ASC',
    sortBy: 'total',
  });
  jobs = await client.getJobHistory({ status: 'COMPLETED', retries: 1 }, request);

  // @ts-expect-error: a page is a number
  await client.getJobHistory(none, none, none, none, none, none, '1');
  // @ts-expect-error: a user is a string
  await client.getJobHistory(7);
  // @ts-expect-error: the two forms are not mixed
  await client.getJobHistory({ user: 'u' }, 'accessKey');
  // @ts-expect-error: not a member
  await client.getJobHistory({ users: 'u' });
  // @ts-expect-error: identifiers are strings
  await client.getJobHistory(none, none, none, none, [7]);
  // @ts-expect-error: options follow the last argument
  await client.getJobHistory('user', request);
  return jobs;
}

export async function embedded(client: ModzyClient): Promise<void> {
  const sources: EmbeddedSources = {
    a: { 'input.bin': bytes, 'config.json': '{}' },
    b: { 'input.bin': new ArrayBuffer(1), 'shared.bin': new SharedArrayBuffer(1), 'config.json': new Blob([]) },
    c: { 'input.bin': Buffer.from('a'), 'config.json': new DataView(new ArrayBuffer(1)) },
  };
  let job = await client.submitJobEmbedded('m', 'v', 'image/png', sources);
  job = await client.submitJobEmbedded('m', 'v', 'image/png', sources, true);
  job = await client.submitJobEmbedded('m', 'v', 'image/png', sources, submit);
  job = await client.submitJobEmbedded('m', 'v', 'image/png', sources, null, submit);
  job = await client.blockUntilComplete(job);
  const params: SubmitJobEmbeddedParams = { modelId: 'm', version: 'v', sources: { a: { b: 'data:;base64,' } } };
  let receipt: JobReceipt = await client.submitJobEmbedded(params);
  receipt = await client.submitJobEmbedded({ ...params, mediaType: 'image/png', explain: true }, submit);
  console.log(job, receipt);

  // @ts-expect-error: the media type is missing
  await client.submitJobEmbedded('m', 'v', sources);
  // @ts-expect-error: neither bytes nor a string
  await client.submitJobEmbedded('m', 'v', 'image/png', { a: { b: 7 } });
  // @ts-expect-error: the object form takes data URLs
  await client.submitJobEmbedded({ modelId: 'm', version: 'v', sources: { a: { b: bytes } } });
}

async function* chunks(): AsyncIterable<Uint8Array> {
  yield bytes;
}

export async function files(client: ModzyClient): Promise<void> {
  const sources: FileSources = {
    a: { 'input.bin': './path', 'more.bin': new URL('file:///path') },
    b: { 'input.bin': bytes, 'more.bin': new Blob([]) },
    c: { 'input.bin': createReadStream('path'), 'more.bin': new Blob([]).stream(), 'others.bin': chunks() },
  };
  let job = await client.submitJobFile('m', 'v', sources);
  job = await client.submitJobFile('m', 'v', sources, true);
  job = await client.submitJobFile('m', 'v', sources, upload);
  job = await client.submitJobFile('m', 'v', sources, undefined, { chunkSize: 1024, jobTimeout: 1 });
  job = await client.submitJobFiles('m', 'v', sources);
  job = await client.submitJobFiles('m', 'v', sources, false);
  job = await client.submitJobFiles('m', 'v', sources, upload);
  job = await client.submitJobFiles('m', 'v', sources, false, upload);
  job = await client.blockUntilComplete(job);
  const params: SubmitJobFileParams = { modelId: 'm', version: 'v', sources, explain: true, chunkSize: 1024 };
  const receipts: JobReceipt[] = [
    await client.submitJobFile(params),
    await client.submitJobFile(params, upload),
    await client.submitJobFiles(params, upload),
    await client.fileJobClient.submitJobFile(params),
  ];
  console.log(job, receipts);

  // @ts-expect-error: a number is not a file
  await client.submitJobFile('m', 'v', { a: { b: 7 } });
  // @ts-expect-error: not an option of uploads, which cancel on every failure
  await client.submitJobFile('m', 'v', sources, { cancelOnAbort: true });
  // @ts-expect-error: chunks have a number of bytes
  await client.submitJobFile('m', 'v', sources, { chunkSize: '1Mi' });
}

export async function stored(client: ModzyClient): Promise<void> {
  const sources = { a: { 'input.bin': { bucket: 'b', key: 'k' } } };
  let job = await client.submitJobAWSS3('m', 'v', 'id', 'secret', 'us-east-1', sources);
  job = await client.submitJobAWSS3('m', 'v', 'id', 'secret', 'us-east-1', sources, true);
  job = await client.submitJobAWSS3('m', 'v', 'id', 'secret', 'us-east-1', sources, submit);
  job = await client.submitJobAWSS3('m', 'v', 'id', 'secret', 'us-east-1', sources, true, submit);
  job = await client.submitJobAwsS3('m', 'v', 'id', 'secret', 'us-east-1', sources, true, submit);
  job = await client.submitJobJDBC('m', 'v', 'jdbc:', 'user', 'password', 'driver', 'select');
  job = await client.submitJobJDBC('m', 'v', 'jdbc:', 'user', 'password', 'driver', 'select', true);
  job = await client.submitJobJDBC('m', 'v', 'jdbc:', 'user', 'password', 'driver', 'select', submit);
  job = await client.submitJobJDBC('m', 'v', 'jdbc:', 'user', 'password', 'driver', 'select', null, submit);
  job = await client.blockUntilComplete(job);
  const model = { modelId: 'm', version: 'v' };
  const s3: SubmitJobAwsS3Params = { ...model, accessKeyID: 'a', secretAccessKey: 's', region: 'r', sources };
  const blobs = { a: { b: { container: 'c', filePath: 'f' } } };
  const azure: SubmitJobAzureBlobParams = { ...model, storageAccount: 'a', storageAccountKey: 'k', sources: blobs };
  const grid: SubmitJobStorageGridParams = { ...model, accessKeyID: 'a', secretAccessKey: 's', endpoint: 'e', sources };
  job = await client.submitJobAwsS3Folder('m', 'v', 'id', 'secret', 'us-east-1', sources, true, submit);
  job = await client.submitJobAwsS3Folder(s3);
  job = await client.submitJobAzureBlob('m', 'v', 'a', 'k', blobs, submit);
  job = await client.submitJobAzureBlob(azure);
  job = await client.submitJobStorageGrid('m', 'v', 'id', 's', 'https://grid', sources, true);
  job = await client.submitJobStorageGrid(grid, submit);
  // @ts-expect-error: a blob is not an object of S3
  job = await client.submitJobAzureBlob('m', 'v', 'a', 'k', sources);
  const jdbc: SubmitJobJDBCParams = { ...model, url: 'jdbc:', username: 'u', password: 'p', driver: 'd', query: 'q' };
  const receipts: JobReceipt[] = [
    await client.submitJobAwsS3(s3),
    await client.submitJobAwsS3(s3, submit),
    await client.submitJobAWSS3(s3),
    await client.submitJobJDBC(jdbc),
    await client.submitJobJDBC({ ...jdbc, explain: false, jobTimeout: 1 }, submit),
  ];
  console.log(job, receipts);

  // @ts-expect-error: the region is missing
  await client.submitJobAWSS3('m', 'v', 'id', 'secret', sources);
  // @ts-expect-error: an object has a bucket and a key
  await client.submitJobAwsS3({ ...s3, sources: { a: { b: 'k' } } });
  // @ts-expect-error: the query is missing
  await client.submitJobJDBC({ ...model, url: 'jdbc:', username: 'u', password: 'p', driver: 'd' });
}

export async function open(client: JobClient): Promise<void> {
  const job: JobReceipt = await client.submitJob({ model: { identifier: 'm', version: 'v' }, explain: true }, submit);
  const features: JobFeatures = await client.getFeatures();
  const appended: null[] = [
    await client.appendInput(job, 'key', 'input.bin', './path', 1024 * 1024),
    await client.appendInput('id', 'key', 'input.bin', bytes, null, append),
    await client.appendInput(job, 'key', 'input.bin', new Blob([]), append),
    await client.appendInput(job, 'key', 'input.bin', new URL('file:///path')),
  ];
  const closed: JobReceipt[] = [
    await client.closeJob(job),
    await client.closeJob('id', request),
    await client.closeOpenJob('id'),
    await client.closeOpenJob(job, request),
  ];
  const engines: EnginesResponse = await client.getProcessingEngineStatus(request);
  console.log(features.inputChunkMaximumSize, appended, closed, engines[0]?.ready, await client.getFeatures(request));

  // @ts-expect-error: an option of submits
  await client.appendInput(job, 'key', 'input.bin', bytes, { jobTimeout: 1 });
  // @ts-expect-error: the value is missing
  await client.appendInput(job, 'key', 'input.bin');
  // @ts-expect-error: neither a job nor an identifier
  await client.closeJob(7);
  // @ts-expect-error: there is no filter
  await client.getFeatures('all');
}

export async function waits(client: ModzyClient | JobClient): Promise<void> {
  const jobs: Job[] = [
    await client.blockUntilJobComplete('id'),
    await client.blockUntilJobComplete({ jobIdentifier: 'id' }, { timeout: 100 }),
    await client.blockUntilJobComplete('id', wait),
  ];
  const { job, result } = await client.blockUntilResult('id', wait);
  const both: [Job, Result] = [job, (await client.blockUntilResult(job)).result];
  console.log(jobs, both, result.results['key']?.['results.json'], isFinalStatus(job.status));

  const explanation: Explanation | undefined = decodeExplanation(result.results['key']?.['results.json']);
  if (explanation?.type === 'mask') {
    const value: number | undefined = explanation.mask[explanation.width * explanation.height - 1];
    console.log(value);
  } else if (explanation?.type === 'words') {
    const texts: string[] = explanation.words.map(({ word, score, class: name }) => `${word} ${score} ${name ?? ''}`);
    console.log(texts, explanation.classPredictions[0]?.class);
    // @ts-expect-error: only a mask has pixels
    console.log(explanation.mask);
  }

  // @ts-expect-error: waits retry for maxOutage
  await client.blockUntilComplete('id', request);
  // @ts-expect-error: timeout is an option of the method of 2.x
  await client.blockUntilComplete('id', { timeout: 100 });
  // @ts-expect-error: a number of ms
  await client.blockUntilJobComplete('id', { timeout: '100' });
  // @ts-expect-error: a status is a string
  isFinalStatus(7);
}

export async function results(client: ModzyClient | JobClient | ResultClient): Promise<void> {
  const result: Result = await client.getResult('id', request);
  const input: InputResult = await client.getInputResult('id', 'key', request);
  const where = { jobId: 'id', inputKey: 'key', outputName: 'results.json' };
  const unknown: unknown = await client.getOutputContents(where);
  const buffer = await client.getOutputContents<Buffer>({ ...where, responseType: 'arraybuffer' }, request);
  const blob = await client.getOutputContents<Blob>({ ...where, responseType: 'blob', retries: 1 });
  const byUrl: string = await client.getOutputContents<string>({ url: new URL('https://example.com'), retries: 1 });
  console.log(result.failures?.['key']?.error, input.status, unknown, buffer.byteLength, blob.size, byUrl);

  const output: OutputRef = { url: 'https://example.com' };
  const onDownloadProgress = ({ loadedBytes, totalBytes }: DownloadProgress) =>
    console.log(loadedBytes, totalBytes?.toFixed());
  const download: DownloadOptions = { ...request, idleTimeout: 1000, onDownloadProgress };
  const { bytes, contentType } = await client.downloadOutput(where, 'file.wav', download);
  await client.downloadOutput(output, new URL('file:///file.wav'));
  const { body, contentLength } = await client.openOutput(output, download);
  const text: string = await new Response(body).text();
  for await (const chunk of (await client.openOutput(where)).body) {
    console.log(chunk.byteLength);
  }
  console.log(bytes.toFixed(), contentType?.length, contentLength?.toFixed(), text);

  for await (const streamed of client.streamResults({ jobIdentifier: 'id' }, download)) {
    const { inputKey, status, outputs, metadata }: StreamedResult = streamed;
    const error: string | undefined = streamed.error;
    console.log(inputKey.trim(), status.trim(), outputs['results.json'], metadata['engine'], error);
  }

  // @ts-expect-error: one job
  client.streamResults(['id']);
  // @ts-expect-error: an output name is missing, and there is no URL
  await client.openOutput({ jobId: 'id', inputKey: 'key' });
  // @ts-expect-error: the file is missing
  await client.downloadOutput(output);

  // @ts-expect-error: the input's key is missing
  await client.getInputResult('id');
  // @ts-expect-error: one object
  await client.getOutputContents('id', 'key', 'results.json');
  // @ts-expect-error: not a type of response
  await client.getOutputContents({ ...where, responseType: 'text' });
}
