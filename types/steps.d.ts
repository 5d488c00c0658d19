// The steps of a deployment, and how they are waited for.

import type { RequestOptions } from './options.js';

/** A step of a deployment, in order. */
export type DeploymentStep =
  | 'create'
  | 'describe'
  | 'image'
  | 'attributes'
  | 'load'
  | 'testInput'
  | 'run'
  | 'samples'
  | 'restore'
  | 'picture'
  | 'activate';

/** The progress of a step. */
export interface StepProgress {
  step: DeploymentStep | 'engines';
  /** From 0 to 100. */
  percentage: number;
  /** The model, once it has been created: what `deployModel` needs to continue. */
  modelId?: string;
}

/** Options of a step whose response comes when it is complete. */
export interface StepOptions extends RequestOptions {
  /**
   * ms for one step; at least 1. If it is longer than `requestTimeout`, it is also the limit of a request that the server answers at the end of
   * the step: those of `pullImage` and `loadModel`.
   *
   * @default 1800000
   */
  stepTimeout?: number | null | undefined;
}

/** How a step is waited for. */
export interface StepPolling {
  /**
   * Called with each new percentage; by `deployModel` also at the beginning and the end of each step.
   *
   * @default none
   */
  onProgress?: ((progress: StepProgress) => void | PromiseLike<void>) | null | undefined;
  /**
   * ms between a response and the next poll of a step; at least 1.
   *
   * @default 2000
   */
  pollInterval?: number | null | undefined;
  /**
   * ms of unbroken failure of the polls that the wait survives.
   *
   * @default 300000
   */
  maxOutage?: number | null | undefined;
}

/** Options of a wait for a step. A poll is one attempt, so there are no `retries`. */
export interface StepWaitOptions extends Omit<StepOptions, 'retries'>, StepPolling {
  /**
   * Not an option of waits, which retry for `maxOutage`.
   *
   * @default none
   */
  retries?: null | undefined;
}

/** Options of deployments. */
export interface DeployOptions extends StepOptions, StepPolling {}
