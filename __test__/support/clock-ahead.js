'use strict';

// Sets the clock of a process ahead by the milliseconds in CLOCK_AHEAD.

const ahead = Number(process.env.CLOCK_AHEAD);
const Real = Date;

globalThis.Date = class extends Real {
  constructor(...parts) {
    super(...(parts.length === 0 ? [Real.now() + ahead] : parts));
  }

  static now() {
    return Real.now() + ahead;
  }
};
