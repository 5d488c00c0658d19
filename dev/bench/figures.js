'use strict';

// Figures and their targets.

/** @returns {number | undefined} */
function per(sum, count) {
  const value = sum / count;
  return Number.isFinite(value) ? value : undefined;
}

/** Returns the ratio of two figures, as text. */
function ratio(one, other) {
  const value = per(one, other);
  return value === undefined ? undefined : `${show(value)} ×`;
}

/** Returns a figure in three digits, or a dash if there is none. */
function show(value) {
  if (typeof value === 'string') {
    return value;
  }
  if (!Number.isFinite(value)) {
    return '–';
  }
  if (Math.abs(value) >= 1000) {
    return Math.round(value).toLocaleString('en');
  }
  return value === 0 ? '0' : String(Number(value.toPrecision(3)));
}

/** Returns the smallest value that this share of the values does not exceed. */
function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

/** Compares a figure with its target: a maximum or a minimum. */
function target(what, value, relation, limit) {
  const isKnown = Number.isFinite(value);
  const isMet = isKnown && (relation === '≤' ? value <= limit : value >= limit);
  return {
    what,
    value,
    bound: `${relation} ${show(limit)}`,
    verdict: isMet ? 'met' : isKnown ? 'missed' : 'not measured',
  };
}

module.exports = { per, quantile, ratio, show, target };
