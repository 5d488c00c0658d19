// The methods about accounts, users, projects and the dashboard. Compiled by the tests under each way of resolving modules; never
// run.

import {
  AccountingClient,
  ModzyClient,
  type Account,
  type ActiveModel,
  type ActiveUser,
  type Alert,
  type ClusterMetricFilter,
  type DataProcessed,
  type License,
  type Listing,
  type MetricSeries,
  type PredictionsMade,
  type Project,
  type ProjectFilter,
  type ReportFilter,
  type RequestOptions,
  type Team,
  type User,
  type UserFilter,
} from 'modzy-client';

declare const request: RequestOptions;

export async function people(client: AccountingClient): Promise<void> {
  const filter: UserFilter = { search: 'a', status: null, startDate: new Date(), endDate: '2021-01-01', perPage: null };
  const users: User[] = [
    ...(await client.getUsers()),
    ...(await client.getUsers(filter)),
    ...(await client.getUsers({ ...filter, retries: 1 }, request)),
    ...(await client.getUsers(null, request)),
    ...(await client.listUsers({ limit: 3 }).toArray()),
    ...(await client.searchUsers(['a@example.com'] as const, request)),
  ];
  const listing: Listing<Project> = client.listProjects({ status: 'ACTIVE', limit: 2 }, { signal: null });
  const some: ProjectFilter = { search: 's', page: 1 };
  const projects: Project[] = [
    ...(await client.getProjects(some, request)),
    ...(await listing.toArray()),
    await client.getProject('p'),
  ];
  const teams: Team[] = await client.getTeams(request);
  const accounts: Account[] = [...(await client.getAccounts()), await client.getAccount('a', request)];
  console.log(users[0]?.lastActiveDateTime, projects[0]?.accessKeys?.[0]?.prefix, teams[0], accounts[0]?.users?.[0]);

  // @ts-expect-error: a page is a number
  await client.getUsers({ page: '1' });
  // @ts-expect-error: addresses are a list
  await client.searchUsers('a@example.com');
  // @ts-expect-error: there is no positional form
  await client.getProjects('s');
  // @ts-expect-error: a page is not a listing, and has no limit
  await client.getUsers({ limit: 1 });
}

export async function dashboard(modzy: ModzyClient): Promise<void> {
  const client: AccountingClient = modzy.getAccountingClient();
  const license: License = await client.getLicense();
  const alerts: Alert[] = await client.getAlerts(null);
  const entities: string[] = await client.getAlertEntities('JOB_STUCK', request);
  const filter: ReportFilter = { beginDate: '2021-08-13', endDate: new Date(), userId: 'u', teamId: null };
  const data: DataProcessed = await client.getDataProcessed(filter);
  const predictions: PredictionsMade = await client.getPredictionsMade(null, request);
  const users: ActiveUser[] = await client.getMostActiveUsers();
  const models: ActiveModel[] = await client.getMostActiveModels(filter, request);
  const metric: ClusterMetricFilter = { metric: 'cpu-used', beginDate: null };
  const series: MetricSeries[] = [
    ...(await client.getClusterMetric(metric)),
    ...(await client.getClusterMetric({ metric: 'a-later-one', retries: 0 }, request)),
  ];
  console.log(license.processingEngines?.length, alerts[0]?.count.toFixed(), entities[0]?.length);
  console.log(data.dataProcessed.recent.toFixed(), predictions.recent[0]?.date, users[0]?.jobs, models[0]?.ranking);
  console.log(series[0]?.points[0]?.value?.toFixed(), series[0]?.labels['pod']);

  // @ts-expect-error: the metric is missing
  await client.getClusterMetric({ beginDate: '2021-08-13' });
  // @ts-expect-error: a point may have no value
  series[0]?.points[0]?.value.toFixed();
  // @ts-expect-error: a date is a text or a Date
  await client.getDataProcessed({ beginDate: 1 });
  // @ts-expect-error: the facade gets them by its accounting client
  await modzy.getUsers();
}
