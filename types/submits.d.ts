// Submits of jobs whose inputs are in the request or are fetched by the server. Uploads are in uploads.d.ts.

import type { CancelOptions, JobReceipt } from './jobs.js';
import type { RequestOptions } from './options.js';

/** Options of submits. */
export interface SubmitOptions extends RequestOptions, CancelOptions {
  /**
   * ms after which the server ends the job as `TIMEDOUT`; a whole number, at least 1. Sent as `timeout` in the body.
   *
   * @default none
   */
  jobTimeout?: number | null | undefined;
}

/** Options of {@link SubmitMethods.submitJobEmbedded}. */
export interface EmbeddedOptions extends SubmitOptions {
  /**
   * ms without a byte of a Blob among the sources; at least 1. `Infinity`: no limit.
   *
   * @default the client's
   */
  idleTimeout?: number | null | undefined;
}

/** Texts to submit: input key → input name → text. */
export type TextSources = Record<string, Record<string, string>>;

/**
 * Data to submit in the body: input key → input name → bytes. A string is a binary string: each of its characters is one byte.
 */
export type EmbeddedSources = Record<string, Record<string, string | ArrayBufferLike | ArrayBufferView | Blob>>;

/** Data to submit in the body: input key → input name → data URL. */
export type DataUrlSources = Record<string, Record<string, string>>;

/** Objects in S3 to submit: input key → input name → object. */
export type AwsS3Sources = Record<string, Record<string, { bucket: string; key: string }>>;

/** Objects in NetApp StorageGRID to submit: input key → input name → object. */
export type StorageGridSources = Record<string, Record<string, { bucket: string; key: string }>>;

/** Files in Azure Blob Storage to submit: input key → input name → file. */
export type AzureBlobSources = Record<string, Record<string, { container: string; filePath: string }>>;

/** The body of a submit, for input types without a method of their own. */
export interface SubmitJobParams {
  model: { identifier: string; version: string };
  explain?: boolean | undefined;
  /** ms */
  timeout?: number | undefined;
  /** Without an input, the job is open and waits for chunks. */
  input?: Record<string, any> | undefined;
}

/** @see {@link SubmitJobParams} */
export type JobSubmission = SubmitJobParams;

/** The parameters that all submits of 2.x have. */
export interface SubmitParams {
  modelId: string;
  /** For example `1.0.1`. */
  version: string;
  /**
   * Whether to explain the results, if the model supports it.
   *
   * @default false
   */
  explain?: boolean | null | undefined;
}

/** The parameters of {@link SubmitMethods.submitJobText} in the form of 2.x. */
export interface SubmitJobTextParams extends SubmitParams, SubmitOptions {
  sources: TextSources;
}

/** The parameters of {@link SubmitMethods.submitJobEmbedded} in the form of 2.x. */
export interface SubmitJobEmbeddedParams extends SubmitParams, EmbeddedOptions {
  sources: DataUrlSources;
  /**
   * Ignored, as in 2.x: each data URL has a media type.
   *
   * @deprecated Omit it.
   */
  mediaType?: string | null | undefined;
}

/** The parameters of {@link SubmitMethods.submitJobAwsS3} in the form of 2.x. */
export interface SubmitJobAwsS3Params extends SubmitParams, SubmitOptions {
  accessKeyID: string;
  secretAccessKey: string;
  /** For example `us-east-1`. */
  region: string;
  sources: AwsS3Sources;
}

/** The parameters of {@link SubmitMethods.submitJobAzureBlob} in one object. */
export interface SubmitJobAzureBlobParams extends SubmitParams, SubmitOptions {
  storageAccount: string;
  storageAccountKey: string;
  sources: AzureBlobSources;
}

/** The parameters of {@link SubmitMethods.submitJobStorageGrid} in one object. */
export interface SubmitJobStorageGridParams extends SubmitParams, SubmitOptions {
  accessKeyID: string;
  secretAccessKey: string;
  /** With its scheme, for example `https://grid.example.com:8082`. */
  endpoint: string;
  sources: StorageGridSources;
}

/** The parameters of {@link SubmitMethods.submitJobJDBC} in the form of 2.x. */
export interface SubmitJobJDBCParams extends SubmitParams, SubmitOptions {
  /** For example `jdbc:postgresql://host:5432/database`. */
  url: string;
  username: string;
  password: string;
  /** A class, for example `org.postgresql.Driver`. */
  driver: string;
  /** SQL. Each row is an input; its columns have the input names of the model. */
  query: string;
}

/** Methods that submit a job in one request. */
export interface SubmitMethods {
  /**
   * Submits a job with the given body: `POST /jobs`. Values with a `toJSON` method are sent as it returns them.
   *
   * @returns The receipt.
   * @throws {TypeError} If the body contains a value that JSON cannot represent: a promise, bytes, a Map, an Error, a function,
   *   `NaN`, an invalid date, an instance of a class without members, a lone surrogate. The message names its path.
   * @throws {BadRequestError} If the server refuses the body.
   * @example
   * const model = { identifier: 'ed542963de', version: '1.0.1' };
   * const input = { type: 'text', sources: { first: { 'input.txt': 'What a lovely day!' } } };
   * await client.submitJob({ model, input });
   */
  submitJob(job: SubmitJobParams, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Submits texts to a model: `POST /jobs` with an input of type `text`.
   *
   * @param versionId The version, for example `1.0.1`, or `latest` for the latest active one, which takes one more request.
   * @param textSources Input key → input name → text.
   * @param explain Whether to explain the results, if the model supports it. Default: false.
   * @throws {TypeError} If a text is not a string or contains a lone surrogate. Nothing is sent.
   * @throws {BadRequestError} If the server refuses the body.
   * @example
   * const sources = { first: { 'input.txt': 'What a lovely day!' } };
   * const receipt = await client.submitJobText('ed542963de', '1.0.1', sources);
   * console.log(receipt.jobIdentifier);
   */
  submitJobText(
    modelId: string,
    versionId: string,
    textSources: TextSources,
    explain?: boolean | null,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** Takes the options in place of `explain`. */
  submitJobText(
    modelId: string,
    versionId: string,
    textSources: TextSources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** The form of 2.x. */
  submitJobText(params: SubmitJobTextParams, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Submits small data in the body: `POST /jobs` with an input of type `embedded`. Use {@link JobMethods.submitJobFile} for more
   * than a megabyte. All bytes are copied before the call returns, whatever their size.
   *
   * @param mediaType The media type of all inputs, for example `image/png`.
   * @param embeddedSources Input key → input name → bytes, or a binary string.
   * @param explain Whether to explain the results, if the model supports it. Default: false.
   * @throws {TypeError} If a string has characters above U+00FF: pass a Buffer.
   * @throws {BadRequestError} If the server refuses the body.
   * @example
   * const sources = { first: { image: Buffer.from('iVBORw0KGgo=', 'base64') } };
   * await client.submitJobEmbedded('ed542963de', '1.0.1', 'image/png', sources);
   */
  submitJobEmbedded(
    modelId: string,
    versionId: string,
    mediaType: string,
    embeddedSources: EmbeddedSources,
    explain?: boolean | null,
    options?: EmbeddedOptions | null,
  ): Promise<JobReceipt>;
  /** Takes the options in place of `explain`. */
  submitJobEmbedded(
    modelId: string,
    versionId: string,
    mediaType: string,
    embeddedSources: EmbeddedSources,
    options?: EmbeddedOptions | null,
  ): Promise<JobReceipt>;
  /** The form of 2.x: the sources are data URLs, as `pathToDataUrl` and `fileToDataUrl` return them. */
  submitJobEmbedded(params: SubmitJobEmbeddedParams, options?: EmbeddedOptions | null): Promise<JobReceipt>;

  /**
   * Submits objects in S3: `POST /jobs` with an input of type `aws-s3`.
   *
   * @param region For example `us-east-1`.
   * @param awss3Sources Input key → input name → bucket and key.
   * @param explain Whether to explain the results, if the model supports it. Default: false.
   * @throws {BadRequestError} If the server refuses the body.
   * @example
   * const sources = { first: { 'input.txt': { bucket: 'my-bucket', key: 'texts/first.txt' } } };
   * const access = { accessKeyID: 'id', secretAccessKey: 'secret', region: 'us-east-1' };
   * await client.submitJobAWSS3({ modelId: 'ed542963de', version: '1.0.1', ...access, sources });
   */
  submitJobAWSS3(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    region: string,
    awss3Sources: AwsS3Sources,
    explain?: boolean | null,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** Takes the options in place of `explain`. */
  submitJobAWSS3(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    region: string,
    awss3Sources: AwsS3Sources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** The form of 2.x. */
  submitJobAWSS3(params: SubmitJobAwsS3Params, options?: SubmitOptions | null): Promise<JobReceipt>;

  /** The name that 2.x has for {@link SubmitMethods.submitJobAWSS3}. */
  submitJobAwsS3(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    region: string,
    awss3Sources: AwsS3Sources,
    explain?: boolean | null,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** Takes the options in place of `explain`. */
  submitJobAwsS3(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    region: string,
    awss3Sources: AwsS3Sources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** The form of 2.x. */
  submitJobAwsS3(params: SubmitJobAwsS3Params, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Submits folders in S3: `POST /jobs` with an input of type `aws-s3-folder`. The parameters are those of
   * {@link SubmitMethods.submitJobAWSS3}; the key of each object names a folder.
   *
   * @throws {BadRequestError} If the server refuses the body.
   * @throws {TypeError} In a batch with a `journal`, because the server replaces the keys of the inputs by those of the files. Nothing is
   *   sent.
   */
  submitJobAwsS3Folder(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    region: string,
    awss3Sources: AwsS3Sources,
    explain?: boolean | null,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** Takes the options in place of `explain`. */
  submitJobAwsS3Folder(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    region: string,
    awss3Sources: AwsS3Sources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** The form of one object. */
  submitJobAwsS3Folder(params: SubmitJobAwsS3Params, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Submits files in Azure Blob Storage: `POST /jobs` with an input of type `azureblob`. The server fetches them; a file that it
   * cannot read fails as an input.
   *
   * @param storageAccountKey The key of the account. No error and no log shows it.
   * @param azureSources Input key → input name → container and path of the file.
   * @param explain Whether to explain the results, if the model supports it. Default: false.
   * @throws {BadRequestError} If the server refuses the body.
   */
  submitJobAzureBlob(
    modelId: string,
    versionId: string,
    storageAccount: string,
    storageAccountKey: string,
    azureSources: AzureBlobSources,
    explain?: boolean | null,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** Takes the options in place of `explain`. */
  submitJobAzureBlob(
    modelId: string,
    versionId: string,
    storageAccount: string,
    storageAccountKey: string,
    azureSources: AzureBlobSources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** The form of one object. */
  submitJobAzureBlob(params: SubmitJobAzureBlobParams, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Submits objects in NetApp StorageGRID: `POST /jobs` with an input of type `storage-grid`. The client does not connect to the
   * store; an object that the server cannot read fails as an input.
   *
   * @param secretAccessKey The secret of the access key. No error and no log shows it.
   * @param endpoint The address of the store with its scheme, for example `https://grid.example.com:8082`. Sent unchanged.
   * @param storageGridSources Input key → input name → bucket and key.
   * @param explain Whether to explain the results, if the model supports it. Default: false.
   * @throws {TypeError} If the endpoint does not begin with `https://` or `http://`. Nothing is sent.
   * @throws {BadRequestError} If the server refuses the body.
   */
  submitJobStorageGrid(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    endpoint: string,
    storageGridSources: StorageGridSources,
    explain?: boolean | null,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** Takes the options in place of `explain`. */
  submitJobStorageGrid(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    endpoint: string,
    storageGridSources: StorageGridSources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** The form of one object. */
  submitJobStorageGrid(params: SubmitJobStorageGridParams, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Submits the rows of a database query: `POST /jobs` with an input of type `jdbc`. The server runs the query; each row is an
   * input.
   *
   * @param url For example `jdbc:postgresql://host:5432/database`.
   * @param driver A class, for example `org.postgresql.Driver`.
   * @param query SQL whose columns have the input names of the model.
   * @param explain Whether to explain the results, if the model supports it. Default: false.
   * @throws {BadRequestError} If the server refuses the body.
   * @throws {TypeError} In a batch with a `journal`, because the rows have no keys. Nothing is sent.
   */
  submitJobJDBC(
    modelId: string,
    versionId: string,
    url: string,
    username: string,
    password: string,
    driver: string,
    query: string,
    explain?: boolean | null,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** Takes the options in place of `explain`. */
  submitJobJDBC(
    modelId: string,
    versionId: string,
    url: string,
    username: string,
    password: string,
    driver: string,
    query: string,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt>;
  /** The form of 2.x. */
  submitJobJDBC(params: SubmitJobJDBCParams, options?: SubmitOptions | null): Promise<JobReceipt>;
}
