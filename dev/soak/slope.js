'use strict';

// Whether a figure grows.

/**
 * How fast a figure rises: the slope of the line of least squares through points.
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

/** So many stretches of a soak are looked at. */
const STRETCHES = 25;

/**
 * How fast the least of a figure rises: what is held when little is under way. What is held for the calls of a moment comes and
 * goes.
 *
 * @param {readonly (readonly [number, number])[]} points
 */
function slopeOfFloor(points) {
  const length = Math.max(1, Math.floor(points.length / STRETCHES));
  const floors = [];
  for (let at = 0; at + length <= points.length; at += length) {
    const stretch = points.slice(at, at + length);
    const seconds = stretch.reduce((sum, [second]) => sum + second, 0) / length;
    floors.push(/** @type {const} */ ([seconds, Math.min(...stretch.map(([, figure]) => figure))]));
  }
  return slope(floors);
}

module.exports = { slope, slopeOfFloor };
