// Explanations of outputs.

/** How likely a model finds a class. */
export interface ClassPrediction {
  class: string;
  score: number;
}

/** How much a word had to do with the prediction. */
export interface WordImportance {
  word: string;
  /** Negative where the word speaks against the class, if the model says so. */
  score: number;
  /** Which class it is about, where the model tells them apart. */
  class?: string;
}

/** What every explanation has. */
export interface Explained {
  /** The scores of the classes, as the model ordered them. Empty where it has none. */
  classPredictions: ClassPrediction[];
}

/** The scores of the classes, of an output whose `explanation` is absent, null or empty. */
export interface ClassExplanation extends Explained {
  type: 'classes';
}

/** What the words of a text had to do with the prediction. */
export interface WordExplanation extends Explained {
  type: 'words';
  words: WordImportance[];
}

/** What regions of a picture had to do with the prediction. */
export interface MaskExplanation extends Explained {
  type: 'mask';
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
  /**
   * A byte for each pixel, row by row from the top left: 1 where the pixel mattered, else 0. The pixel in column `x` and row
   * `y` is `mask[y * width + x]`.
   */
  mask: Uint8Array;
}

/** What an output says about why, told apart by `type`. */
export type Explanation = ClassExplanation | WordExplanation | MaskExplanation;

/**
 * Decodes the explanation in an output of a job that was submitted with `explain`, for models that explain themselves: a mask
 * for pictures, importances of words for texts. Both forms of outputs are read: `explanation` and `result` under `data`, and the
 * older one without.
 *
 * A mask comes as the lengths of runs of 0 and 1 in turn, down the columns, and is given row by row. Where it has several lists
 * of lengths, a pixel is 1 if it is in any of them. Lengths that end before the picture does leave the rest 0.
 *
 * Words may be a list of `{ word, score }` or of pairs, or an object of scores; in `explanation` itself or its
 * `wordImportances`; for all classes or under the name of each.
 *
 * @param output One output of an input, such as `result.results['my-input']['results.json']`.
 * @returns `undefined` for what is no explanation in these forms: nothing there, lengths that are negative or go beyond the
 *   picture, a picture of more than 134,217,728 pixels (2²⁷) or lists that cover more than that together. Never throws for what
 *   was read from JSON.
 *
 * @example
 * const explanation = decodeExplanation(result.results['my-input']['results.json']);
 * if (explanation?.type === 'words') {
 *   console.log(explanation.words);
 * }
 */
export declare function decodeExplanation(output: unknown): Explanation | undefined;
