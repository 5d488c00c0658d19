'use strict';

// Names of values deep within an argument. Only a message needs their texts, and an argument may have thousands of members.
const { writeJson } = require('../json.js');

/** @typedef {string | Place | PlaceOfSource} Name The name of an argument or of a value within one, for error messages. */

class Place {
  /**
   * @param {Name} within
   * @param {string} member
   */
  constructor(within, member) {
    this.within = within;
    this.member = member;
  }

  toString() {
    return `${this.within}[${writeJson(this.member)}]`;
  }
}

/** The place of a source: its input, and its name for error messages. */
class PlaceOfSource {
  /**
   * @param {(inputKey: string, inputName: string) => Name} nameOf
   * @param {string} inputKey
   * @param {string} inputName
   */
  constructor(nameOf, inputKey, inputName) {
    this.nameOf = nameOf;
    this.inputKey = inputKey;
    this.inputName = inputName;
  }

  toString() {
    return `${this.nameOf(this.inputKey, this.inputName)}`;
  }
}

module.exports = { Place, PlaceOfSource };
