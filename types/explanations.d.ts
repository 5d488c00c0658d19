// Explanations of outputs, decoded.

/** A class, and the score that the model gives it. */
export interface ClassPrediction {
  class: string;
  score: number;
}

/** A word, and its weight in the prediction. */
export interface WordImportance {
  word: string;
  /** The weight. Models that use negative weights give them to words that count against the class. */
  score: number;
  /** The class, if the model weighs words for each class. */
  class?: string;
}

/** The members that all explanations have. */
export interface Explained {
  /** The scores of the classes, in the order of the model; empty if the output has none. */
  classPredictions: ClassPrediction[];
}

/** The scores of the classes alone, of an output whose `explanation` is absent, null or empty. */
export interface ClassExplanation extends Explained {
  type: 'classes';
}

/** The weights of the words of a text. */
export interface WordExplanation extends Explained {
  type: 'words';
  words: WordImportance[];
}

/** The region of a picture that mattered for the prediction. */
export interface MaskExplanation extends Explained {
  type: 'mask';
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /**
   * One byte for each pixel, row by row from the top left: 1 if the pixel mattered, else 0. The pixel in column `x` and row `y` is
   * `mask[y * width + x]`.
   */
  mask: Uint8Array;
}

/** An explanation. `type` distinguishes the forms. */
export type Explanation = ClassExplanation | WordExplanation | MaskExplanation;

/**
 * Decodes the explanation in an output of a job that was submitted with `explain`: a mask for a picture, weights of words for a
 * text. Both forms of outputs are supported: `explanation` and `result` under `data`, and the older form without `data`.
 *
 * The API encodes a mask as the lengths of alternating runs of 0 and 1, column by column; this function returns it row by row. If
 * the mask has several lists of lengths, a pixel is 1 if any of them sets it. Pixels beyond the last run are 0.
 *
 * The words may be a list of `{ word, score }`, a list of pairs, or an object of scores, either in `explanation` itself or in its
 * `wordImportances`, and either for all classes or under the name of each class.
 *
 * @param output One output of an input, for example `result.results['my-input']['results.json']`.
 * @returns The explanation, or `undefined` if the output has none in these forms: it is absent, has lengths that are negative or
 *   exceed the picture, or has more than 134,217,728 pixels (2²⁷) in the picture or in all its lists together. Never throws for
 *   values read from JSON.
 *
 * @example
 * const explanation = decodeExplanation(result.results['my-input']['results.json']);
 * if (explanation?.type === 'words') {
 *   console.log(explanation.words);
 * }
 */
export declare function decodeExplanation(output: unknown): Explanation | undefined;
