'use strict';

// The channels of node:diagnostics_channel for calls, and their messages during one test.

const diagnostics = require('node:diagnostics_channel');
const { afterEach } = require('node:test');

const CHANNELS = [
  'modzy:request:start',
  'modzy:request:retry',
  'modzy:request:queue',
  'modzy:request:end',
  'modzy:request:error',
  'modzy:wait:poll',
  'modzy:wait:fallback',
];

function useChannels() {
  const subscribed = [];

  function subscribe(name, listener) {
    diagnostics.subscribe(name, listener);
    subscribed.push([name, listener]);
  }

  afterEach(() => {
    for (const [name, listener] of subscribed.splice(0)) {
      diagnostics.unsubscribe(name, listener);
    }
  });

  /** Collects `[event, message]` of all channels. */
  function collect(names = CHANNELS) {
    const messages = [];
    for (const name of names) {
      subscribe(name, (message) => messages.push([name.replace('modzy:', ''), message]));
    }
    return messages;
  }

  return { collect, subscribe };
}

module.exports = { CHANNELS, useChannels };
