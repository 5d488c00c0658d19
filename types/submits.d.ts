// Submits: jobs whose input goes along with them or is fetched by the server. Files are in uploads.d.ts.

import type { CancelOptions, Job, JobReceipt } from './jobs.js';
import type { RequestOptions } from './options.js';

/** Options of submits. */
export interface SubmitOptions extends RequestOptions, CancelOptions {
  /**
   * Limits the job on the server, which ends it as `TIMEDOUT`: `timeout` in the body. In ms, a whole number, at least 1.
   *
   * @default none
   */
  jobTimeout?: number | null | undefined;
}

/** Texts to submit: input key → name of the model's input → text. */
export type TextSources = Record<string, Record<string, string>>;

/**
 * Data to submit within the body: input key → name of the model's input → bytes. A string is a binary string, each of whose
 * characters is a byte.
 */
export type EmbeddedSources = Record<string, Record<string, string | ArrayBufferLike | ArrayBufferView | Blob>>;

/** Data to submit within the body: input key → name of the model's input → data URL. */
export type DataUrlSources = Record<string, Record<string, string>>;

/** Objects in S3 to submit: input key → name of the model's input → object. */
export type AwsS3Sources = Record<string, Record<string, { bucket: string; key: string }>>;

/** A job to submit as it stands, for input types that have no method of their own. */
export interface SubmitJobParams {
  model: { identifier: string; version: string };
  explain?: boolean | undefined;
  /** ms */
  timeout?: number | undefined;
  /** Without it the job is open, and waits for chunks. */
  input?: Record<string, any> | undefined;
}

/** @see {@link SubmitJobParams} */
export type JobSubmission = SubmitJobParams;

/** What the submits of 2.x have in common. */
export interface SubmitParams {
  modelId: string;
  /** Such as `1.0.1`. */
  version: string;
  /**
   * Whether to explain the results, where the model can.
   *
   * @default false
   */
  explain?: boolean | null | undefined;
}

/** What {@link SubmitMethods.submitJobText} takes as one object. */
export interface SubmitJobTextParams extends SubmitParams, SubmitOptions {
  sources: TextSources;
}

/** What {@link SubmitMethods.submitJobEmbedded} takes as one object. */
export interface SubmitJobEmbeddedParams extends SubmitParams, SubmitOptions {
  sources: DataUrlSources;
  /**
   * 2.x types it and ignores it: the data URLs have their own.
   *
   * @deprecated
   */
  mediaType?: string | null | undefined;
}

/** What {@link SubmitMethods.submitJobAwsS3} takes as one object. */
export interface SubmitJobAwsS3Params extends SubmitParams, SubmitOptions {
  accessKeyID: string;
  secretAccessKey: string;
  /** Such as `us-east-1`. */
  region: string;
  sources: AwsS3Sources;
}

/** What {@link SubmitMethods.submitJobJDBC} takes as one object. */
export interface SubmitJobJDBCParams extends SubmitParams, SubmitOptions {
  /** Such as `jdbc:postgresql://host:5432/database`. */
  url: string;
  username: string;
  password: string;
  /** A class, such as `org.postgresql.Driver`. */
  driver: string;
  /** SQL. Each row is an input; the columns are called as the inputs of the model. */
  query: string;
}

/** Submits jobs in one request. */
export interface SubmitMethods {
  /**
   * Submits a job as it stands: `POST /jobs`. What has a `toJSON` is what that says.
   *
   * @returns The receipt.
   * @throws {TypeError} For what JSON would make something else of, by its place: a promise, bytes, a Map, an Error, a function,
   *   `NaN`, a date that is none, an object that has no members and is none of a literal, a lone surrogate.
   * @throws {BadRequestError} For a body that the server refuses.
   * @example
   * const model = { identifier: 'ed542963de', version: '1.0.1' };
   * const input = { type: 'text', sources: { first: { 'input.txt': 'What a lovely day!' } } };
   * await client.submitJob({ model, input });
   */
  submitJob(job: SubmitJobParams, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Submits texts to a model: `POST /jobs` with an input of type `text`.
   *
   * @param versionId The version's number, such as `1.0.1`.
   * @param textSources Input key → name of the model's input → text.
   * @param explain Whether to explain the results, where the model can. Default: false.
   * @throws {TypeError} For anything but strings without lone surrogates, before anything is sent.
   * @throws {BadRequestError} For a body that the server refuses.
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
  ): Promise<JobReceipt | Job>;
  /** The same with the options in the place of `explain`. */
  submitJobText(
    modelId: string,
    versionId: string,
    textSources: TextSources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The form of 2.x. */
  submitJobText(params: SubmitJobTextParams, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Submits small data within the body: `POST /jobs` with an input of type `embedded`. What is larger than a megabyte is
   * better off with {@link JobMethods.submitJobFile}. The bytes are copied before the call returns, whatever their size.
   *
   * @param mediaType Of all the data, such as `image/png`.
   * @param embeddedSources Input key → name of the model's input → bytes, or a binary string.
   * @param explain Whether to explain the results, where the model can. Default: false.
   * @throws {TypeError} For a string with characters that fit no byte: pass a Buffer.
   * @throws {BadRequestError} For a body that the server refuses.
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
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The same with the options in the place of `explain`. */
  submitJobEmbedded(
    modelId: string,
    versionId: string,
    mediaType: string,
    embeddedSources: EmbeddedSources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The form of 2.x: the sources are data URLs, which `pathToDataUrl` and `fileToDataUrl` make. */
  submitJobEmbedded(params: SubmitJobEmbeddedParams, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Submits objects in S3: `POST /jobs` with an input of type `aws-s3`.
   *
   * @param region Such as `us-east-1`.
   * @param awss3Sources Input key → name of the model's input → bucket and key.
   * @param explain Whether to explain the results, where the model can. Default: false.
   * @throws {BadRequestError} For a body that the server refuses.
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
  ): Promise<JobReceipt | Job>;
  /** The same with the options in the place of `explain`. */
  submitJobAWSS3(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    region: string,
    awss3Sources: AwsS3Sources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
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
  ): Promise<JobReceipt | Job>;
  /** The same with the options in the place of `explain`. */
  submitJobAwsS3(
    modelId: string,
    versionId: string,
    accessKeyID: string,
    secretAccessKey: string,
    region: string,
    awss3Sources: AwsS3Sources,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The form of 2.x. */
  submitJobAwsS3(params: SubmitJobAwsS3Params, options?: SubmitOptions | null): Promise<JobReceipt>;

  /**
   * Submits the rows of a query: `POST /jobs` with an input of type `jdbc`. The server runs it; each row is an input.
   *
   * @param url Such as `jdbc:postgresql://host:5432/database`.
   * @param driver A class, such as `org.postgresql.Driver`.
   * @param query SQL, whose columns are called as the inputs of the model.
   * @param explain Whether to explain the results, where the model can. Default: false.
   * @throws {BadRequestError} For a body that the server refuses.
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
  ): Promise<JobReceipt | Job>;
  /** The same with the options in the place of `explain`. */
  submitJobJDBC(
    modelId: string,
    versionId: string,
    url: string,
    username: string,
    password: string,
    driver: string,
    query: string,
    options?: SubmitOptions | null,
  ): Promise<JobReceipt | Job>;
  /** The form of 2.x. */
  submitJobJDBC(params: SubmitJobJDBCParams, options?: SubmitOptions | null): Promise<JobReceipt>;
}
