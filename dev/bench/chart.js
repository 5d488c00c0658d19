'use strict';

// Draws charts with two logarithmic axes, as SVG.

const { show } = require('./figures.js');

const WIDTH = 640;
const HEIGHT = 400;
const LEFT = 70;
const RIGHT = 150;
const TOP = 40;
const BOTTOM = 50;

/** The palette of Okabe and Ito, which people with color blindness can distinguish. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#000000'];

/** Returns a scale of powers of ten that contains all values. */
function scale(values, from, to) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const at = (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  return { at, ticks: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)) };
}

/**
 * @param {{ title: string, x: string, series: [name: string, points: [x: number, y: number | undefined][]][] }} chart
 * @returns {string | undefined} The SVG; undefined if there are no values.
 */
function draw({ title, x: label, series }) {
  const lines = series
    .map(([name, points]) => [name, points.filter(([, y]) => y > 0)])
    .filter(([, points]) => points.length > 0);
  const all = lines.flatMap(([, points]) => points);
  if (all.length === 0) {
    return undefined;
  }
  const x = scale(
    all.map(([value]) => value),
    LEFT,
    WIDTH - RIGHT,
  );
  const y = scale(
    all.map(([, value]) => value),
    HEIGHT - BOTTOM,
    TOP,
  );
  const text = (atX, atY, content, rest = '') => `<text x="${atX}" y="${atY}" ${rest}>${content}</text>`;
  const grid = (x1, y1, x2, y2) => `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#ddd"/>`;
  const round = (value) => Math.round(value * 10) / 10;
  const parts = [
    text(LEFT, 22, title, 'font-size="15" font-weight="bold"'),
    ...x.ticks.flatMap((tick) => [
      grid(round(x.at(tick)), TOP, round(x.at(tick)), HEIGHT - BOTTOM),
      text(round(x.at(tick)), HEIGHT - BOTTOM + 18, show(tick), 'text-anchor="middle"'),
    ]),
    ...y.ticks.flatMap((tick) => [
      grid(LEFT, round(y.at(tick)), WIDTH - RIGHT, round(y.at(tick))),
      text(LEFT - 8, round(y.at(tick)) + 4, show(tick), 'text-anchor="end"'),
    ]),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, label, 'text-anchor="middle"'),
    ...lines.flatMap(([name, points], index) => {
      const color = COLORS[index % COLORS.length];
      const positions = points.map(([px, py]) => [round(x.at(px)), round(y.at(py))]);
      const path = positions.map((position) => position.join(',')).join(' ');
      return [
        `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`,
        ...positions.map(([px, py]) => `<circle cx="${px}" cy="${py}" r="3.5" fill="${color}"/>`),
        text(WIDTH - RIGHT + 12, TOP + 16 + index * 20, name, `fill="${color}"`),
      ];
    }),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

module.exports = { draw };
