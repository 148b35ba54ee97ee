import type { ConfigInput } from '../../../src/config/config-schema.ts';

export const TASK = 'upload';

/** The library of the tests. */
export const library = {
  databoxes: {
    press: {
      collections: { photos: {}, archive: { status: '10000' } },
      fields: [
        { name: 'Title', source: 'IPTC:Headline' },
        { name: 'Keywords', multi: true },
        { name: 'Number', type: 'number' },
      ],
    },
  },
} satisfies ConfigInput['library'];
