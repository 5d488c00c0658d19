// API keys of an account, its users, projects and teams, and the figures of the dashboard.

import type { Listing, ListOptions } from './listings.js';
import type { RequestOptions } from './options.js';

/** Methods about an account. Which of them a key may call depends on its role: the others reject with a {@link PermissionError}. */
export interface AccountingMethods {
  /**
   * Lists the API keys of a user, without their secret parts: `GET /accounting/access-keys/user/{email}`.
   *
   * @throws {NotFoundError} If the user does not exist.
   */
  getAPIKeys(email: string, options?: RequestOptions | null): Promise<ApiKey[]>;

  /**
   * Reads a whole API key: `POST /accounting/access-keys/{prefix}/hash`. The server returns a key only once, and only to its
   * owner, so the request is not retried if its response is lost.
   *
   * @param prefix The public part of the key.
   * @returns The body that the server sent: text or an object.
   * @throws {ApiError} When the server refuses, for instance because it has returned the key before. No error contains the key.
   */
  getKeyBody(prefix: string, options?: RequestOptions | null): Promise<unknown>;

  /** Reads one page of the users: `GET /accounting/users`. */
  getUsers(filter?: UserFilter | null, options?: RequestOptions | null): Promise<User[]>;

  /** Lists the users: `GET /accounting/users`, page by page. */
  listUsers(filter?: (UserFilter & ListOptions) | null, options?: ListOptions | null): Listing<User>;

  /**
   * Reads the users with these e-mail addresses: `POST /accounting/users/search`. Users that do not exist are omitted.
   *
   * @throws {TypeError} If there is no address.
   */
  searchUsers(emails: readonly string[], options?: RequestOptions | null): Promise<User[]>;

  /** Reads one page of the projects: `GET /accounting/projects`. */
  getProjects(filter?: ProjectFilter | null, options?: RequestOptions | null): Promise<Project[]>;

  /** Lists the projects: `GET /accounting/projects`, page by page. */
  listProjects(filter?: (ProjectFilter & ListOptions) | null, options?: ListOptions | null): Listing<Project>;

  /**
   * Reads a project: `GET /accounting/projects/{project}`.
   *
   * @throws {NotFoundError} If the project does not exist.
   */
  getProject(projectId: string, options?: RequestOptions | null): Promise<Project>;

  /** Reads the teams: `GET /accounting/teams`. */
  getTeams(options?: RequestOptions | null): Promise<Team[]>;

  /** Reads the accounts: `GET /accounting/accounts`. */
  getAccounts(options?: RequestOptions | null): Promise<Account[]>;

  /**
   * Reads an account with its users: `GET /accounting/accounts/{account}`.
   *
   * @throws {NotFoundError} If the account does not exist.
   */
  getAccount(accountId: string, options?: RequestOptions | null): Promise<Account>;

  /** Reads the license: `GET /license`. */
  getLicense(options?: RequestOptions | null): Promise<License>;

  /** Reads the number of alerts of each type: `GET /notifications/alerts`. */
  getAlerts(options?: RequestOptions | null): Promise<Alert[]>;

  /**
   * Reads the identifiers of the jobs or models that alerts of a type are about: `GET /notifications/alerts/{type}`.
   *
   * @param alertType For example `JOB_STUCK` or `MODEL_EXPIRATION`.
   */
  getAlertEntities(alertType: string, options?: RequestOptions | null): Promise<string[]>;

  /**
   * Reports the bytes that jobs have processed: `GET /metrics/data-processed`.
   *
   * @throws {BadRequestError} If the server refuses the period.
   */
  getDataProcessed(filter?: ReportFilter | null, options?: RequestOptions | null): Promise<DataProcessed>;

  /** Reports the inputs that jobs have processed: `GET /metrics/predictions-made`. */
  getPredictionsMade(filter?: ReportFilter | null, options?: RequestOptions | null): Promise<PredictionsMade>;

  /** Ranks the users by their jobs: `GET /metrics/active-users`. */
  getMostActiveUsers(filter?: ReportFilter | null, options?: RequestOptions | null): Promise<ActiveUser[]>;

  /** Ranks the versions of models by their jobs: `GET /metrics/active-models`. */
  getMostActiveModels(filter?: ReportFilter | null, options?: RequestOptions | null): Promise<ActiveModel[]>;

  /**
   * Reads a metric of the cluster: `GET /metrics/prometheus/{metric}`. Anything in the response that is not a series or a point is
   * omitted.
   *
   * @throws {NotFoundError} If the metric does not exist.
   */
  getClusterMetric(filter: ClusterMetricFilter, options?: RequestOptions | null): Promise<MetricSeries[]>;
}

/** The pages of a list. `null` omits a parameter that has a default. */
interface Paged extends RequestOptions {
  /**
   * The number of the page, from 1.
   *
   * @default 1
   */
  page?: number | null | undefined;
  /**
   * The greatest number of items in a page.
   *
   * @default 100
   */
  perPage?: number | null | undefined;
}

/** The filter of {@link AccountingMethods.getUsers}. */
export interface UserFilter extends Paged {
  /** Part of the first name. */
  firstName?: string | null | undefined;
  /** Part of the last name. */
  lastName?: string | null | undefined;
  /** Part of the email address. */
  email?: string | null | undefined;
  /** Part of any of these. */
  search?: string | null | undefined;
  /** For example `Active` or `Invited`. */
  status?: string | null | undefined;
  /** The prefix of a key of the user. */
  accessKey?: string | null | undefined;
  /** ISO 8601, or a `Date`. */
  startDate?: string | Date | null | undefined;
  /** ISO 8601, or a `Date`. */
  endDate?: string | Date | null | undefined;
  /** The member that the dates apply to, for example `createdAt`. */
  searchDate?: string | null | undefined;
}

/** The filter of {@link AccountingMethods.getProjects}. */
export interface ProjectFilter extends Paged {
  /** Part of the name. */
  search?: string | null | undefined;
  /** For example `ACTIVE`. */
  status?: string | null | undefined;
}

/** A period of days. The server completes a missing date to 7 days, and refuses fewer. */
export interface ReportPeriod extends RequestOptions {
  /** The first day, for example `2021-08-13`; or a `Date`, for its day in UTC. */
  beginDate?: string | Date | null | undefined;
  /** The last day, likewise. */
  endDate?: string | Date | null | undefined;
}

/** The period of a report, and the jobs that it is about. */
export interface ReportFilter extends ReportPeriod {
  /** The user who submitted the jobs. */
  userId?: string | null | undefined;
  /** The prefix of the key that submitted the jobs. */
  accessKey?: string | null | undefined;
  /** The model of the jobs. */
  modelId?: string | null | undefined;
  /** The team of the jobs. */
  teamId?: string | null | undefined;
}

/** The filter of {@link AccountingMethods.getClusterMetric}. */
export interface ClusterMetricFilter extends ReportPeriod {
  /** For example `cpu-used`. */
  metric:
    | 'cpu-requested'
    | 'cpu-available'
    | 'cpu-used'
    | 'memory-requested'
    | 'memory-available'
    | 'memory-used'
    | 'cpu-overall-usage'
    | 'memory-overall-usage'
    | 'cpu-current-usage'
    | (string & {});
}

/** A user. Servers may omit any member but the identifier, and add others. */
export interface User {
  identifier: string;
  firstName?: string;
  lastName?: string;
  email?: string;
  /** For example `Active`. */
  status?: string;
  /** ISO 8601. */
  lastActiveDateTime?: string | null;
  visited?: boolean;
  onboarded?: boolean;
  [member: string]: unknown;
}

/** A project. Servers may omit any member but the identifier, and add others. */
export interface Project {
  identifier: string;
  name?: string;
  description?: string;
  /** For example `ACTIVE`. */
  status?: string;
  visibility?: string;
  accessKeys?: ApiKey[];
  user?: User;
  /** ISO 8601. */
  createdAt?: string;
  /** ISO 8601. */
  updatedAt?: string;
  [member: string]: unknown;
}

/** A team. */
export interface Team {
  identifier: string;
  [member: string]: unknown;
}

/** An account. */
export interface Account {
  identifier: string;
  status?: string;
  users?: User[];
  [member: string]: unknown;
}

/** The license of the server. */
export interface License {
  companyName?: string;
  /** A text. */
  processingEngines?: string;
  [member: string]: unknown;
}

/** The number of alerts of a type. */
export interface Alert {
  /** For example `JOB_STUCK`. */
  type: string;
  count: number;
}

/** A figure of a period and of the one before it. */
export interface Growth {
  recent: number;
  previous: number;
  percentage: number;
}

/** The bytes that jobs have processed, with a figure for each day. */
export interface DataProcessed {
  dataProcessed: Growth;
  recent: Array<{ date: string; value: number }>;
}

/** The inputs that jobs have processed, with a figure for each day. */
export interface PredictionsMade {
  predictionsMade: Growth;
  recent: Array<{ date: string; value: number }>;
}

/** A user and the user's jobs. */
export interface ActiveUser {
  ranking: number;
  userIdentifier?: string;
  firstName?: string;
  lastName?: string;
  email?: string;
  /** ms */
  elapsedTime: number;
  jobs: number;
  [member: string]: unknown;
}

/** A version of a model and its jobs. */
export interface ActiveModel {
  ranking: number;
  modelIdentifier: string;
  name?: string;
  modelVersion?: string;
  /** ms */
  elapsedTime: number;
  jobs: number;
  [member: string]: unknown;
}

/** A series of a metric. */
export interface MetricSeries {
  labels: Record<string, string>;
  /** `time` is in ms since 1970; `value` is `null` where it is not a finite number. */
  points: Array<{ time: number; value: number | null }>;
}

/** An API key without its secret part. Servers may omit any member and add others. */
export interface ApiKey {
  /** The public part. */
  prefix: string;
  name?: string;
  description?: string;
  isDefault?: boolean;
  /** For example `active`. */
  status?: string;
  /** ISO 8601. */
  createdAt?: string;
  [member: string]: unknown;
}
