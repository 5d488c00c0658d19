'use strict';

// Measures the growth of a figure.

/**
 * Returns how fast a figure rises: the median of the slopes between all pairs of points (Theil–Sen). A leak rises all the time, unlike
 * memory that the busiest moment so far has taken and the allocator keeps. The line of least squares would count that as growth.
 *
 * @param {readonly (readonly [number, number])[]} points By time.
 */
function slope(points) {
  const slopes = points
    .flatMap(([x, y], index) => points.slice(index + 1).map(([later, next]) => (next - y) / (later - x)))
    .sort((one, other) => one - other);
  const [low, high] = [slopes[(slopes.length - 1) >> 1], slopes[slopes.length >> 1]];
  return (low + high) / 2;
}

/** The number of intervals into which a soak is divided. */
const INTERVALS = 25;

/**
 * Returns how fast the minimum of a figure rises. The minimum of an interval excludes the resources of pending calls, which vary.
 *
 * @param {readonly (readonly [number, number])[]} points
 */
function slopeOfFloor(points) {
  const length = Math.max(1, Math.floor(points.length / INTERVALS));
  const floors = [];
  for (let at = 0; at + length <= points.length; at += length) {
    const interval = points.slice(at, at + length);
    const seconds = interval.reduce((sum, [second]) => sum + second, 0) / length;
    floors.push(/** @type {const} */ ([seconds, Math.min(...interval.map(([, figure]) => figure))]));
  }
  return slope(floors);
}

module.exports = { slope, slopeOfFloor };
