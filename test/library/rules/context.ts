import type { PoolClient } from 'pg';
import type { ConfigInput } from '../../../src/config/config-schema.ts';
import type { WorkContext } from '../../../src/task/kind.ts';
import { bareConfig } from '../../support/bare-config.ts';
import { quietPort } from '../../support/quiet-port.ts';

/** The configuration's section `library` of these tests. */
export const library: NonNullable<ConfigInput['library']> = {
  databoxes: {
    Press: {
      timezone: 'Europe/Paris',
      collections: { Inbox: {}, Online: {}, Archive: {} },
      fields: [
        { name: 'Author', multi: true },
        { name: 'Rating', type: 'number' },
        { name: 'Online', type: 'date' },
        { name: 'Expires', type: 'date', multi: true },
      ],
    },
    Films: {
      timezone: 'Indian/Reunion',
      collections: { Inbox: {} },
      fields: [{ name: 'Due', type: 'date' }],
    },
  },
};

let runs = 0;

/** What a run gets; `more` overrides. A run of its own unless `run` says otherwise. */
export function contextOf<S>(
  db: PoolClient,
  settings: S,
  more: Partial<WorkContext<S>> = {},
): WorkContext<S> {
  return {
    ...quietPort(),
    task: 'mover',
    settings,
    config: bareConfig('/nowhere', { library }),
    db,
    run: `run/mover-${(runs += 1)}`,
    options: {},
    nominal: new Date(),
    ...more,
  };
}
