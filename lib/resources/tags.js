'use strict';

// The methods for the tags of models.

const { required } = require('../arguments/rows.js');
const { tagIds } = require('../arguments/references.js');
const { writeJson } = require('../json.js');
const lifetime = require('./lifetime.js');
const { Resource, composeResource, methodsOf, read } = require('./resource.js');

const rows = {
  getAllTags: read('getAllTags'),
  getTagsAndModels: read('getTagsAndModels', [required('tagsId', tagIds)], {
    variadic: true,
    argument: ({ values }) => writeJson(values.tagsId),
  }),
};

const methods = methodsOf(rows);

class TagClient extends Resource {}
composeResource(TagClient, 'models/tags', methods, lifetime.methods);

module.exports = { TagClient, methods, rows };
