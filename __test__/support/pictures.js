'use strict';

// Pictures for the page of the emulator.

const { encode } = require('fast-png');

/** Returns a PNG of a landscape with a sun, whose pixels are partly bright and partly dark. */
function landscape(width = 96, height = 64) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const glow = Math.max(0, 1 - Math.hypot(x - 0.65 * width, y - 0.35 * height) / (0.32 * width));
      const ground = y > 0.7 * height;
      const color = ground ? [30, 70 + y / 4, 40] : [50 + y / 2, 80 + y, 150 + y / 2];
      data.set(
        color.map((shade) => Math.min(255, shade + (255 - shade) * Math.min(1, 1.3 * glow))),
        3 * (y * width + x),
      );
    }
  }
  return Buffer.from(encode({ width, height, data, channels: 3 }));
}

module.exports = { landscape };
