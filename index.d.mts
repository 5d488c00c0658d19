import * as modzy from './index.js';

export * from './index.js';
export default modzy;
