'use strict';

// The API keys of an account.

const { notEmptyString } = require('../arguments/checks.js');
const { required } = require('../arguments/rows.js');
const { readTextOrDocument } = require('../documents.js');
const lifetime = require('./lifetime.js');
const { Resource, composeResource, methodsOf, read } = require('./resource.js');

const rows = {
  getAPIKeys: read('getApiKeys', [required('email', notEmptyString)]),
  getKeyBody: read('getKeyBody', [required('key', notEmptyString)], { answer: readTextOrDocument }),
};

class AccountingClient extends Resource {}
composeResource(AccountingClient, 'accounting', methodsOf(rows), lifetime.methods);

module.exports = { AccountingClient, rows };
