'use strict';

// Measures the growth of a figure.

/**
 * Returns how fast a figure rises: the slope of the least-squares line through points.
 *
 * @param {readonly (readonly [number, number])[]} points
 */
function slope(points) {
  const mean = (index) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const above = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  const below = points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
  return above / below;
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
