// A plugin for typedoc: names the guides by their titles, and the reference as such, for the navigation and the search.

import { Converter } from 'typedoc';

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const [, title] = /^# (.*)$/m.exec(document.content[0].text);
    document.name = title;
    document.frontmatter.group = 'Guides';
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) {
      module.name = 'Reference';
    }
  });
}
