'use strict';

// Explanations in the forms that models write, and values that are not explanations.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const vm = require('node:vm');
const { decodeExplanation } = require('modzy-client');

const classPredictions = [
  { class: 'cat', score: 0.75 },
  { class: 'dog', score: 0.25 },
];

/** Returns an output in the newer form. */
function output(explanation, result = { classPredictions }) {
  return { data: { result, explanation, drift: null } };
}

/** Returns an output with the mask of a picture. */
function masked(maskRLE, width, height) {
  return output({ maskRLE, dimensions: { height, width } });
}

/** Returns the rows of a mask as text. */
function rows({ mask, width, height }) {
  assert.equal(mask.length, width * height);
  return Array.from({ length: height }, (_, y) => mask.subarray(y * width, (y + 1) * width).join(''));
}

describe('a mask', () => {
  it('is in columns on the wire, and in rows as a value', () => {
    // Columns from the left: 000 011 100 000.
    const explanation = decodeExplanation(masked([[4, 3, 5]], 4, 3));
    assert.deepEqual(
      { ...explanation, mask: [...explanation.mask] },
      { type: 'mask', classPredictions, width: 4, height: 3, mask: [0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0] },
    );
    assert.ok(explanation.mask instanceof Uint8Array);
  });

  it('may begin with a 1, and cover the whole picture or none of it', () => {
    assert.deepEqual(rows(decodeExplanation(masked([[0, 2, 3, 1]], 3, 2))), ['100', '101']);
    assert.deepEqual(rows(decodeExplanation(masked([[0, 6]], 3, 2))), ['111', '111']);
    assert.deepEqual(rows(decodeExplanation(masked([[6]], 3, 2))), ['000', '000']);
    assert.deepEqual(rows(decodeExplanation(masked([], 3, 2))), ['000', '000']);
  });

  it('is 0 after lengths that end early, and may have lengths of 0', () => {
    assert.deepEqual(rows(decodeExplanation(masked([[1, 1]], 3, 2))), ['000', '100']);
    assert.deepEqual(rows(decodeExplanation(masked([[1, 0, 1, 1]], 3, 2))), ['010', '000']);
  });

  it('may be one list, and is the union of several', () => {
    assert.deepEqual(rows(decodeExplanation(masked([1, 1], 3, 2))), ['000', '100']);
    const union = decodeExplanation(
      masked(
        [
          [0, 1],
          [5, 1],
          [4, 2],
        ],
        3,
        2,
      ),
    );
    assert.deepEqual(rows(union), ['101', '001']);
  });

  it('is read as documented: 6 pixels in a row of a picture of 640 × 426 are runs 426 apart', () => {
    const { mask, width } = decodeExplanation(masked([[156402, 6, 420, 6]], 640, 426));
    const marked = [...mask.keys()].filter((index) => mask[index] === 1);
    // 156402 is column 367, row 60.
    const expected = [60, 61, 62, 63, 64, 65].flatMap((y) => [y * width + 367, y * width + 368]);
    assert.deepEqual(marked, expected);
  });

  it('is undefined where it does not fit its picture, or is not a list of lengths', () => {
    const bad = [
      [[[7]], 3, 2],
      [[[0, 7]], 3, 2],
      [[[5, 1, 1]], 3, 2],
      [[[-1, 2]], 3, 2],
      [[[8, -3]], 3, 2],
      [[[1.5, 1]], 3, 2],
      [[['1', 1]], 3, 2],
      [[[null, 1]], 3, 2],
      [[[1, 1], 2], 3, 2],
      [[[1, 1], null], 3, 2],
      [[[2 ** 60, 2 ** 60]], 3, 2],
      [[[Infinity]], 3, 2],
      ['1 1', 3, 2],
      [null, 3, 2],
      [[[1, 1]], 0, 2],
      [[[]], -3, -2],
      [[[1, 1]], 2.5, 2],
      [[[1, 1]], '3', 2],
      [[[1, 1]], undefined, 2],
    ];
    for (const [maskRLE, width, height] of bad) {
      assert.equal(
        decodeExplanation(masked(maskRLE, width, height)),
        undefined,
        JSON.stringify([maskRLE, width, height]),
      );
    }
    assert.equal(decodeExplanation(output({ maskRLE: [[1, 1]] })), undefined);
    assert.equal(decodeExplanation(output({ maskRLE: [[1, 1]], dimensions: null })), undefined);
  });

  it('of a few numbers cannot use up the memory or the time', () => {
    const largest = decodeExplanation(masked([[0, 1]], 2 ** 14, 2 ** 13));
    assert.equal(largest.mask.length, 2 ** 27);
    assert.equal(decodeExplanation(masked([[0, 1]], 2 ** 14 + 1, 2 ** 13)), undefined);
    assert.equal(decodeExplanation(masked([[0, 1]], 2 ** 40, 2 ** 40)), undefined);
    // Several masks together take no longer than one of that size.
    const together = (...lengths) => decodeExplanation(masked(lengths, 2 ** 14, 2 ** 13));
    assert.equal(together([2 ** 27 - 1], [1]).mask.length, 2 ** 27);
    assert.equal(together([2 ** 27 - 1], [1], [1]), undefined);
  });
});

describe('words', () => {
  const words = [
    { word: 'lovely', score: 0.5 },
    { word: 'rain', score: -0.25 },
  ];

  it('are read from lists and objects, with or without their name', () => {
    const pairs = words.map(({ word, score }) => [word, score]);
    for (const importances of [words, pairs, Object.fromEntries(pairs)]) {
      for (const explanation of [importances, { wordImportances: importances }]) {
        assert.deepEqual(decodeExplanation(output(explanation)), { type: 'words', classPredictions, words });
      }
    }
  });

  it('have a class where the model writes one', () => {
    const explanation = { wordImportances: { positive: words, negative: [['rain', 0.25]], neutral: [] } };
    assert.deepEqual(decodeExplanation(output(explanation)).words, [
      { word: 'lovely', score: 0.5, class: 'positive' },
      { word: 'rain', score: -0.25, class: 'positive' },
      { word: 'rain', score: 0.25, class: 'negative' },
    ]);
  });

  it('are undefined where one of them cannot be read', () => {
    const bad = [
      [...words, { word: 'x' }],
      [...words, null],
      [['x', '1']],
      [[1, 'x']],
      { x: '1' },
      { a: { b: {} } },
      'text',
    ];
    for (const explanation of [...bad, { positive: words, negative: 'none' }]) {
      assert.equal(decodeExplanation(output(explanation)), undefined, JSON.stringify(explanation));
    }
  });

  it('may be the names of members of Object.prototype', () => {
    const explanation = JSON.parse('{"__proto__": 0.5, "constructor": 1}');
    assert.deepEqual(decodeExplanation(output(explanation)).words, [
      { word: '__proto__', score: 0.5 },
      { word: 'constructor', score: 1 },
    ]);
  });
});

describe('an output', () => {
  it('without an explanation has its classes', () => {
    for (const none of [null, undefined, {}, []]) {
      assert.deepEqual(decodeExplanation(output(none)), { type: 'classes', classPredictions });
    }
  });

  it('may have the older form, and be an object of another realm', () => {
    const older = { modelType: 'textClassification', result: { classPredictions }, explanation: null };
    assert.deepEqual(decodeExplanation(older), { type: 'classes', classPredictions });
    const words = { modelType: 'textClassification', result: null, explanation: { good: 1 } };
    const expected = { type: 'words', classPredictions: [], words: [{ word: 'good', score: 1 }] };
    assert.deepEqual(decodeExplanation(words), expected);
    const elsewhere = vm.runInNewContext(`(${JSON.stringify(words)})`);
    assert.deepEqual(decodeExplanation(elsewhere), expected);
  });

  it('has the scores beside the explanation, and no scores where one of them cannot be read', () => {
    const withMore = [{ class: 'cat', score: 0.75, rank: 1 }];
    const explanation = { good: 1 };
    const of = (predictions) =>
      decodeExplanation(output(explanation, { classPredictions: predictions })).classPredictions;
    assert.deepEqual(of(withMore), [{ class: 'cat', score: 0.75 }]);
    for (const bad of [[{ class: 'cat' }], [{ class: 1, score: 1 }], [null], 'cat', null, [...classPredictions, {}]]) {
      assert.deepEqual(of(bad), []);
    }
  });

  it('of another shape is undefined', () => {
    const none = [
      undefined,
      null,
      7,
      'text',
      true,
      [],
      {},
      { data: null },
      { data: {} },
      output(null, null),
      Symbol('x'),
    ];
    for (const value of none) {
      assert.equal(decodeExplanation(value), undefined);
    }
  });

  it('is not changed', () => {
    const given = masked([[0, 1]], 1, 1);
    const before = structuredClone(given);
    decodeExplanation(given).classPredictions[0].score = 0;
    assert.deepEqual(given, before);
  });
});
