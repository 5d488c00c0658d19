'use strict';

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

module.exports = { slope };
