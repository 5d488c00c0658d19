// The methods that deploy models, and change their versions and engines. Compiled by the tests under each way of resolving modules;
// never run.

import {
  DeploymentError,
  ModelClient,
  ModzyClient,
  type CreatedModel,
  type DeploymentStep,
  type DeployModelParams,
  type DeployOptions,
  type EngineDetails,
  type GetModelDetailsResponse,
  type Hardware,
  type Listing,
  type ModelVersionRef,
  type RequestOptions,
  type StepOptions,
  type StepProgress,
  type StepWaitOptions,
  type TestResult,
} from 'modzy-client';

declare const request: RequestOptions;
declare const deploy: DeployOptions;
declare const step: StepOptions;
declare const wait: StepWaitOptions;

const of: ModelVersionRef = { modelId: 'm', version: '0.0.1' };

export async function deployments(client: ModzyClient | ModelClient): Promise<void> {
  const model: DeployModelParams = {
    name: 'Echo',
    version: '0.0.1',
    image: 'modzy/echo:1',
    inputs: [{ name: 'input', acceptedMediaTypes: 'text/plain', maximumSize: 1, sample: 'file' }],
  };
  let last: StepProgress | undefined;
  const versions: GetModelDetailsResponse[] = [
    await client.deployModel(model),
    await client.deployModel({ ...model, modelId: null, outputs: null, tags: ['a'], picture: undefined }, deploy),
    await client.deployModel({ ...model, modelId: 'm', from: 'load', until: 'run', stepTimeout: Infinity }),
    await client.deployModel({ ...model, modelId: 'm', resume: true, maxOutage: 1, pollInterval: null }),
    await client.deployModel(model, { onProgress: async (progress) => void (last = progress), signal: null }),
    await client.editModelVersion({ ...of, changes: { timeout: { run: 1 }, outputs: [] } }, request),
    await client.updateProcessingEngines({ ...of, minimum: 1, maximum: 2, wait: true, onProgress: null }),
    await client.updateProcessingEngines({ ...of, minimum: 1, maximum: 2 }, deploy),
  ];
  const at: DeploymentStep | 'engines' | undefined = last?.step;
  console.log(versions.length, at, last?.percentage.toFixed(), last?.modelId?.length);

  // @ts-expect-error: the image is missing
  await client.deployModel({ version: '0.0.1', inputs: [] });
  // @ts-expect-error: there is no such step
  await client.deployModel({ ...model, from: 'start' });
  // @ts-expect-error: an input has a name
  await client.deployModel({ ...model, inputs: [{ sample: 'file' }] });
  // @ts-expect-error: a deployment is not the wait for a job
  await client.deployModel(model, { waitTimeout: 1 });
  // @ts-expect-error: the status is changed by activateModelVersion
  await client.editModelVersion({ ...of, changes: { status: 'active' } });
  // @ts-expect-error: there is no positional form
  await client.updateProcessingEngines('m', '0.0.1', 1, 2);
}

export async function steps(client: ModzyClient | ModelClient): Promise<void> {
  const created: CreatedModel = await client.createModel({ name: 'Echo', version: '0.0.1' }, request);
  const further: Partial<GetModelDetailsResponse> | undefined = await client.createModelVersion({ ...of, retries: 1 });
  const described = await client.describeModel({ modelId: created.identifier, name: null, tags: [] });
  const nothing: void[] = [
    await client.pullImage({ ...of, image: 'x', registryUsername: 'u', registryPassword: 'p', stepTimeout: 1 }, step),
    await client.loadModel(of, step),
    await client.sendTestInput({ ...of, input: 'input', file: 'sample' }, request),
    await client.startTest(of),
    await client.setModelVersionInputSample({ ...of, sample: { a: 1 } }),
    await client.setModelVersionOutputSample({ ...of, sample: { a: 1 } }, request),
    await client.sendPicture({ modelId: 'm', file: 'picture', description: null }),
    await client.waitForEngines({ ...of, minimum: 1, maxOutage: 0 }, wait),
  ];
  const { percentage } = await client.waitForImage({ ...of, onProgress: ({ step: name }) => console.log(name) }, wait);
  const tested: TestResult = await client.waitForTest(of);
  const active = await client.activateModelVersion(of, request);
  console.log(nothing, percentage.toFixed(), tested.status?.length, tested['results.json'], active?.status);
  console.log(described?.permalink, further?.status);

  // @ts-expect-error: a wait has no retries
  await client.waitForImage({ ...of, retries: 1 });
  // @ts-expect-error: a load has no polls
  await client.loadModel({ ...of, pollInterval: 1 });
  // @ts-expect-error: a sample is an object
  await client.setModelVersionInputSample({ ...of, sample: 'text' });
  // @ts-expect-error: the version is missing
  await client.startTest({ modelId: 'm' });
}

export async function reads(client: ModzyClient | ModelClient): Promise<void> {
  const hardware: Hardware[] = [...(await client.getHardware()), ...(await client.getHardware(request))];
  const { minimumProcessingEnginesSum } = await client.getMinimumEngines(request);
  const sum: number | string = minimumProcessingEnginesSum;
  const engines: EngineDetails[] = await client.getProcessingEngineDetails(null);
  const versions: Listing<GetModelDetailsResponse> = client.listModelVersions({ isActive: true, direction: 'DESC' });
  const some = await client.listModelVersions(null, { limit: 1 }).toArray();
  console.log(hardware[0]?.requirementId.toFixed(), sum, engines[0]?.engines[0]?.ready, versions, some[0]?.version);

  // @ts-expect-error: a flag is a boolean
  client.listModelVersions({ isActive: 'yes' });
  // @ts-expect-error: there is no filter
  await client.getHardware({ status: 'ACTIVE' });
}

export function failures(error: unknown): string | undefined {
  if (error instanceof DeploymentError) {
    const name: 'DeploymentError' = error.name;
    return `${name} ${error.step} ${error.modelId ?? ''} ${error.status?.toFixed() ?? ''} ${error.technicalInformation ?? ''}`;
  }
  return undefined;
}
