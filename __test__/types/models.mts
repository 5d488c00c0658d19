// The methods about models, tags, accounts and data URLs, in every form. Compiled by the tests under each way of resolving
// modules; never run.

import modzy, {
  AccountingClient,
  JobClient,
  ModelClient,
  ModzyClient,
  ResultClient,
  TagClient,
  type ApiKey,
  type GetModelByIdResponse,
  type GetModelDetailsParams,
  type GetModelDetailsResponse,
  type GetModelVersionsByIdResponse,
  type GetModelsParams,
  type LatestModel,
  type LoggingLevel,
  type Model,
  type RequestOptions,
  type Tag,
  type TaggedModel,
  type TagsAndModels,
} from 'modzy-client';

declare const request: RequestOptions;

export async function lists(client: ModzyClient | ModelClient): Promise<void> {
  const none = null;
  const filter: GetModelsParams = { isFeatured: true, isActive: 'true', lastActiveDateTime: new Date(), perPage: null };
  const models: Model[][] = [
    await client.getModels(),
    await client.getModels('m'),
    await client.getModels(none, 'author', none, 'name', none, true, 'false', none, new Date(), '2024-01-01'),
    await client.getModels(none, none, none, none, none, none, none, none, none, none, 1, 10, 'asc', 'name'),
    await client.getModels(none, none, none, none, none, none, none, none, none, none, 1, 10, 'asc', 'name', request),
    await client.getModels({}),
    await client.getModels(filter),
    await client.getModels({ ...filter, direction: 'ASC', sortBy: 'name', retries: 1 }, request),
    await client.getModels(none, request),
    await client.getModels(undefined, { retries: 1 }),
    await client.getAllModels(),
    await client.getAllModels(request),
  ];
  const latest: LatestModel[] = [...(await client.getActiveModels()), ...(await client.getActiveModels(request))];
  console.log(models[0]?.[0]?.latestVersion, latest[0]?.activeVersions);

  // @ts-expect-error: a page is a number
  await client.getModels(none, none, none, none, none, none, none, none, none, none, '1');
  // @ts-expect-error: a flag is a boolean or a string
  await client.getModels({ isActive: 1 });
  // @ts-expect-error: the object form calls it isFeatured
  await client.getModels({ isRecommended: true });
  // @ts-expect-error: the two forms are not mixed
  await client.getModels({ name: 'a' }, 'author');
  // @ts-expect-error: options follow the last argument
  await client.getModels('m', request);
  // @ts-expect-error: there is no filter
  await client.getAllModels({ name: 'a' });
}

export async function single(client: ModzyClient | ModelClient): Promise<void> {
  const which: GetModelDetailsParams = { modelId: 'm', version: 'v' };
  const models: GetModelByIdResponse[] = [
    await client.getModel('m'),
    await client.getModel('m', request),
    await client.getModelById('m'),
    await client.getModelById('m', request),
    await client.getModelByName('name'),
    await client.getModelByName('name', request),
  ];
  const related: TaggedModel[] = await client.getRelatedModels('m', request);
  const versions: GetModelVersionsByIdResponse[] = [
    await client.getModelVersions('m', request),
    await client.getModelVersionsById('m', request),
  ];
  const details: GetModelDetailsResponse[] = [
    await client.getModelVersion('m', 'v'),
    await client.getModelVersion('m', 'v', request),
    await client.getModelVersion(which, request),
    await client.getModelDetails(which),
    await client.getModelDetails({ ...which, retries: 1 }, request),
    await client.getModelDetails('m', 'v', request),
  ];
  const samples = [
    await client.getModelVersionInputSample('m', 'v', request),
    await client.getModelVersionInputSample(which, request),
    await client.getModelVersionOutputSample('m', 'v', request),
    await client.getModelVersionOutputSample(which, request),
  ];
  console.log(models[0]?.tags, related[0]?.identifier, versions[0]?.[0]?.version, details[0]?.timeout.run, samples);

  // @ts-expect-error: an identifier is a string
  await client.getModel(7);
  // @ts-expect-error: the version is missing
  await client.getModelVersion('m');
  // @ts-expect-error: the version is missing
  await client.getModelDetails({ modelId: 'm' });
  // @ts-expect-error: the object form calls it version
  await client.getModelVersionInputSample({ modelId: 'm', versionId: 'v' });
}

export async function tags(client: ModzyClient | TagClient): Promise<void> {
  const all: Tag[] = [...(await client.getAllTags()), ...(await client.getAllTags(request))];
  const found: TagsAndModels[] = [
    await client.getTagsAndModels('a'),
    await client.getTagsAndModels('a', 'b', 'c'),
    await client.getTagsAndModels('a', 'b', request),
    await client.getTagsAndModels(['a', 'b']),
    await client.getTagsAndModels(['a', 'b'] as const, request),
    await client.getTagsAndModels(...all.map(({ identifier }) => identifier)),
  ];
  console.log(found[0]?.models[0]?.identifier);

  // @ts-expect-error: an identifier is a string
  await client.getTagsAndModels(7);
  // @ts-expect-error: options come last
  await client.getTagsAndModels(request, 'a');
}

export async function accounting(client: AccountingClient): Promise<void> {
  const keys: ApiKey[] = await client.getAPIKeys('user@example.com', request);
  const body: unknown = await client.getKeyBody(keys[0]?.prefix ?? '', request);
  console.log(body);

  // @ts-expect-error: the address is missing
  await client.getAPIKeys();
}

export async function dataUrls(client: ModzyClient): Promise<string[]> {
  // @ts-expect-error: the media type is missing
  await client.pathToDataUrl('./image.png');
  // @ts-expect-error: a path is not a Blob
  await client.fileToDataUrl('./image.png');
  return [
    await client.pathToDataUrl('./image.png', 'image/png'),
    await client.pathToDataUrl(new URL('file:///image.png'), 'image/png', request),
    await client.fileToDataUrl(new Blob([])),
    await client.fileToDataUrl(new Blob([]), { ...request, maxBytes: 1_000_000 }),
  ];
}

export function clients(client: ModzyClient): void {
  const base = 'https://app.modzy.com/api';
  const level: LoggingLevel = 'verbose';
  const alone = [
    ...[ModelClient, TagClient, JobClient, ResultClient, AccountingClient].map((Client) => new Client(base, 'a key')),
    ...[ModelClient, TagClient, JobClient, ResultClient, AccountingClient].map((Client) => new Client({ apiKey: 'k' })),
    new modzy.ModelClient({ apiKey: 'a key', url: 'https://app.modzy.com', logging: level }),
    new TagClient(base, 'a key', { retries: 0 }),
  ];
  const models: [ModelClient, ModelClient] = [client.modelClient, client.getModelClient()];
  const ofTags: [TagClient, TagClient] = [client.tagClient, client.getTagClient()];
  const jobs: [JobClient, JobClient, JobClient] = [client.jobClient, client.getJobClient(), client.fileJobClient];
  const results: [ResultClient, ResultClient] = [client.resultClient, client.getResultClient()];
  const accounts: [AccountingClient, AccountingClient] = [client.accountingClient, client.getAccountingClient()];
  for (const each of [...alone, ...models, ...ofTags, ...jobs, ...results, ...accounts]) {
    console.log(each.baseURL, each.baseUrl);
  }
  ModzyClient.fromEnv({ logging: 'on' });

  // @ts-expect-error: not a level
  new ModzyClient({ apiKey: 'a key', logging: 'loud' });
  // @ts-expect-error: the key is missing
  new ModelClient(base);
  // @ts-expect-error: there is no member with the key
  console.log(client.modelClient.headers);
}
