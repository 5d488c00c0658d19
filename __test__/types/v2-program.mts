// A program for 2.x with the name of this package. Compiled by the tests; never run.

import { ModzyClient } from 'modzy-client';
import type {
  ClassInitiator,
  Engine,
  EnginesResponse,
  GetJobHistoryParams,
  GetJobResponse,
  GetModelByIdResponse,
  GetModelDetailsParams,
  GetModelDetailsResponse,
  GetModelVersionsByIdResponse,
  GetModelsParams,
  GetOutputContentsParams,
  GetResultResponse,
  JobHistoryResponseItem,
  JobInput,
  LatestModel,
  LoggingLevel,
  Model,
  SubmitJobAwsS3Params,
  SubmitJobEmbeddedParams,
  SubmitJobFileParams,
  SubmitJobJDBCParams,
  SubmitJobParams,
  SubmitJobResponse,
  SubmitJobTextParams,
} from 'modzy-client';

const logging: LoggingLevel = 'verbose';
const settings: ClassInitiator = { apiKey: process.env['MODZY_API_KEY'] ?? '', url: 'https://app.modzy.com', logging };
const modzyClient = new ModzyClient(settings);

async function explore(): Promise<GetModelDetailsParams> {
  const params: GetModelsParams = { name: 'sentiment', isFeatured: true, perPage: 5, direction: 'ASC', sortBy: 'name' };
  const models: Model[] = await modzyClient.getModels(params);
  const everything: Model[] = await modzyClient.getModels();
  const active: LatestModel[] = await modzyClient.getActiveModels();
  const names: string[] = active.map((model) => `${model.name}: ${model.tags.map((tag) => tag.name).join()}`);
  const model: GetModelByIdResponse = await modzyClient.getModelByName('Sentiment Analysis');
  const same: GetModelByIdResponse = await modzyClient.getModelById(model.modelId);
  const versions: GetModelVersionsByIdResponse = await modzyClient.getModelVersionsById(same.modelId);
  const which: GetModelDetailsParams = { modelId: model.modelId, version: versions[0]?.version ?? model.latestVersion };
  const details: GetModelDetailsResponse = await modzyClient.getModelDetails(which);
  const input = await modzyClient.getModelVersionInputSample(which);
  const output = await modzyClient.getModelVersionOutputSample(which);
  const limit: number = details.timeout.run + details.processing.maximumParallelCapacity;
  console.log(
    models.length,
    everything.length,
    names,
    input.input.sources,
    output.results,
    limit,
    details.inputs[0]?.name,
  );
  return which;
}

async function submitAll({ modelId, version }: GetModelDetailsParams): Promise<SubmitJobResponse[]> {
  const text: SubmitJobTextParams = {
    modelId,
    version,
    sources: { first: { 'input.txt': 'So good.' } },
    explain: true,
  };
  const image: string = await modzyClient.pathToDataUrl('./image.png', 'image/png');
  const embedded: SubmitJobEmbeddedParams = {
    modelId,
    version,
    mediaType: 'image/png',
    sources: { first: { image } },
  };
  const untyped: { [key: string]: Record<string, any> } = { first: { 'input.txt': Buffer.from('So good.') } };
  const file: SubmitJobFileParams = { modelId, version, sources: untyped };
  const s3: SubmitJobAwsS3Params = {
    modelId,
    version,
    accessKeyID: 'id',
    secretAccessKey: 'secret',
    region: 'us-east-1',
    sources: { first: { 'input.txt': { bucket: 'bucket', key: '/key' } } },
  };
  const jdbc: SubmitJobJDBCParams = {
    modelId,
    version,
    url: 'jdbc:postgresql://host/database',
    username: 'user',
    password: 'password',
    driver: 'org.postgresql.Driver',
    query: 'select text as "input.txt" from texts',
    explain: false,
  };
  const open: SubmitJobParams = { model: { identifier: modelId, version }, explain: false };
  const opened: SubmitJobResponse = await modzyClient.getJobClient().submitJob(open);
  await modzyClient.jobClient.closeOpenJob(opened.jobIdentifier);
  return Promise.all([
    modzyClient.submitJobText(text),
    modzyClient.submitJobEmbedded(embedded),
    modzyClient.submitJobEmbedded({ modelId, version, mediaType: 'a/b', sources: untyped }),
    modzyClient.submitJobFile(file),
    modzyClient.fileJobClient.submitJobFile(file),
    modzyClient.submitJobAwsS3(s3),
    modzyClient.submitJobJDBC(jdbc),
  ]);
}

async function follow(receipt: SubmitJobResponse): Promise<void> {
  const { jobIdentifier, user, jobInputs, team, model } = receipt;
  const job: GetJobResponse = await modzyClient.blockUntilJobComplete(jobIdentifier, { timeout: 5000 });
  const first: JobInput | undefined = job.jobInputs[0];
  console.log(user.email, jobInputs.identifier.length, team.identifier, model.name, first?.identifier, job.user.title);
  if (job.status === 'COMPLETED' && job.failed + job.pending === 0) {
    const result: GetResultResponse = await modzyClient.getResult(jobIdentifier);
    console.log(result.results['job']?.['results.json'].data.result.classPredictions, result.averageModelLatency);
    const params: GetOutputContentsParams = { jobId: jobIdentifier, inputKey: 'job', outputName: 'results.json' };
    const contents: unknown = await modzyClient.getOutputContents({ ...params, responseType: 'arraybuffer' });
    console.log(contents);
  } else {
    const canceled: GetJobResponse = await modzyClient.cancelJob(
      (await modzyClient.getJob(jobIdentifier)).jobIdentifier,
    );
    console.log(canceled.status.toLowerCase());
  }
}

async function look(): Promise<void> {
  const params: GetJobHistoryParams = { startDate: '2022-01-01', status: 'TERMINATED', direction: 'ASC', page: 2 };
  const jobs: JobHistoryResponseItem[] = await modzyClient.getJobHistory(params);
  const latest: JobHistoryResponseItem[] = await modzyClient.getJobHistory();
  const engines: EnginesResponse = await modzyClient.getProcessingEngineStatus();
  const ready: number = engines.reduce((sum: number, engine: Engine) => sum + engine.ready, 0);
  const models: Model[] = await modzyClient.getModelClient().getAllModels();
  const url: string = await modzyClient.fileToDataUrl(new File([], 'name'));
  console.log(jobs.length, latest[0]?.user.accessKeys[0]?.prefix, ready, models, url);
}

explore()
  .then(submitAll)
  .then((receipts) => Promise.all(receipts.map(follow)))
  .then(look)
  .catch((error) => {
    console.error(`${error.code} ${error.message} ${error.url} ${error.error?.response?.data?.message}`);
  });
