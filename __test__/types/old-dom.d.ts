// What TypeScript before 6.0 has for `lib: ["dom"]`, as far as dom.mts needs it: a stream without an iterator.

interface ReadableStream<R = any> {
  readonly locked: boolean;
  getReader(): { read(): Promise<{ done: boolean; value?: R }> };
}

declare class Response {
  constructor(body: ReadableStream);
}

declare const console: { log(...values: unknown[]): void };
