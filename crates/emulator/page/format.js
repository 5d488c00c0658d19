// Numbers, sizes and times as text.

const COUNT = new Intl.NumberFormat('en-US');
const CLOCK = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

export const count = (number) => COUNT.format(number);

/** `1 input`, `2 inputs`. */
export const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;

export function bytes(number) {
  if (number === null || number === undefined) {
    return '–';
  }
  let value = number;
  for (const unit of ['B', 'kB', 'MB', 'GB']) {
    if (value < 1000 || unit === 'GB') {
      return `${unit === 'B' || value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit}`;
    }
    value /= 1000;
  }
  return '';
}

export function duration(ms) {
  if (ms === null || ms === undefined) {
    return '–';
  }
  if (ms < 1000) {
    return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  }
  const seconds = ms / 1000;
  if (seconds < 60) {
    return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min ${Math.floor(seconds % 60)} s`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** An age that does not change more than once a second. */
export function age(ms) {
  return ms < 60_000 ? `${Math.max(0, Math.floor(ms / 1000))} s` : duration(ms);
}

export const clock = (at) => CLOCK.format(at);

/** The statuses of jobs, as the page spells them. */
const STATUSES = {
  OPEN: 'Open',
  SUBMITTED: 'Submitted',
  IN_PROGRESS: 'In progress',
  COMPLETED: 'Completed',
  CANCELED: 'Canceled',
  TIMEDOUT: 'Timed out',
  ERROR: 'Error',
};

export const statusName = (status) => STATUSES[status] ?? status;

export const isFinal = (status) => !['OPEN', 'SUBMITTED', 'IN_PROGRESS'].includes(status);

/** The color of a job: one of the classes `wait`, `run`, `good`, `bad`, `off`. */
export function tone({ status, failed }) {
  if (status === 'COMPLETED') {
    return failed > 0 ? 'bad' : 'good';
  }
  return { OPEN: 'wait', SUBMITTED: 'wait', IN_PROGRESS: 'run', CANCELED: 'off' }[status] ?? 'bad';
}
