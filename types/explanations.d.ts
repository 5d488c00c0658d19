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
