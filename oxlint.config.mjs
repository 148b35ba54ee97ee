/**
 * The linter's rules, and which room of the house may import which: the table of ARCHITECTURE.md says the same, and
 * test/architecture.test.ts compares the two, and looks at `import()` too, which the linter's rule passes over.
 */

/** Packages that only some rooms may know. */
const temporal = { group: ['@temporalio/*'], message: 'This room knows nothing of Temporal.' };

/** By room of `src/`, a folder or a file: the rooms that it may import. Whatever is not named here may not be imported. */
export const mayImport = {
  time: [],
  files: [],
  drawing: [],
  sampling: [],
  processes: [],
  task: ['time'],
  settings: ['task'],
  store: ['task'],
  incidents: ['store', 'task'],
  intake: ['files'],
  command: ['files', 'task'],
  module: ['command', 'settings', 'task'],
  transfer: [
    'command',
    'drawing',
    'files',
    'incidents',
    'intake',
    'module',
    'processes',
    'settings',
    'store',
    'task',
  ],
  weather: [
    'command',
    'drawing',
    'files',
    'incidents',
    'intake',
    'module',
    'sampling',
    'settings',
    'store',
    'task',
    'time',
  ],
  library: ['command', 'files', 'incidents', 'intake', 'module', 'settings', 'store', 'task'],
  exports: [
    'command',
    'files',
    'module',
    'processes',
    'sampling',
    'settings',
    'store',
    'task',
    'time',
    'transfer',
  ],
  'modules.ts': ['exports', 'library', 'module', 'transfer', 'weather'],
  config: ['command', 'module', 'modules.ts', 'settings', 'task'],
  workflows: ['task'],
  temporal: ['processes', 'store', 'task'],
  servers: ['processes', 'task', 'temporal'],
  activities: ['exports', 'incidents', 'library', 'store', 'task', 'temporal', 'transfer', 'weather'],
  reach: ['command', 'processes', 'store', 'task', 'temporal'],
  worker: ['activities', 'command', 'processes', 'reach', 'store', 'task', 'temporal'],
  'worker.ts': ['command', 'config', 'reach', 'worker'],
  'index.ts': ['command', 'config', 'exports', 'module', 'settings', 'task', 'weather'],
  'client.ts': ['task', 'temporal'],
  'child.ts': ['index.ts'],
  up: ['command', 'processes', 'servers', 'store', 'task', 'temporal', 'worker'],
  cli: [
    'command',
    'config',
    'incidents',
    'module',
    'modules.ts',
    'processes',
    'reach',
    'servers',
    'store',
    'task',
    'temporal',
    'up',
    'worker',
  ],
};

/** Rooms that run, or speak to, Temporal. */
const withTemporal = new Set([
  'workflows',
  'temporal',
  'servers',
  'activities',
  'reach',
  'worker',
  'worker.ts',
  'up',
  'client.ts',
  'cli',
]);

/** How deep folders go below a room. */
const DEPTH = 5;

/**
 * The rule for the files of a room that lie `depth` folders below it: imports that leave it, for rooms that are not in its list. They are named one
 * by one, since the linter's patterns know no look-ahead (one with it matches nothing, without a word). test/architecture.test.ts sees that it bites.
 */
function leaving(room, depth) {
  const up = room.endsWith('.ts') ? '\\./' : `(\\.\\./){${depth + 1}}`;
  const others = Object.keys(mayImport).filter((name) => name !== room && !mayImport[room].includes(name));
  const named = others.map((name) => (name.endsWith('.ts') ? `${name.replace('.', '\\.')}$` : `${name}/`));
  return {
    regex: `^${up}(${named.join('|')})`,
    message: `${room} may import ${mayImport[room].join(', ') || 'no other room'} (oxlint.config.mjs, ARCHITECTURE.md).`,
  };
}

const rooms = Object.keys(mayImport).flatMap((room) => {
  const others = withTemporal.has(room) ? [] : [temporal];
  if (room === 'workflows')
    others.push({
      group: ['node:*', 'pg', 'pino', 'zod'],
      message: 'Workflow code runs in a deterministic sandbox: no Node modules, no libraries.',
    });
  const depths = room.endsWith('.ts') ? [0] : [...Array(DEPTH).keys()];
  return depths.map((depth) => ({
    files: [room.endsWith('.ts') ? `src/${room}` : `src/${room}/${'*/'.repeat(depth)}*.ts`],
    rules: { 'no-restricted-imports': ['error', { patterns: [leaving(room, depth), ...others] }] },
  }));
});

export default {
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'vitest', 'promise'],
  categories: {
    correctness: 'error',
    suspicious: 'error',
    perf: 'off',
  },
  ignorePatterns: ['dist', 'node_modules', '.regie', 'data', 'docs/public-types.d.ts'],
  rules: {
    'typescript/no-floating-promises': [
      'error',
      {
        ignoreVoid: true,
      },
    ],
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/switch-exhaustiveness-check': 'error',
    'import/no-cycle': [
      'error',
      {
        ignoreTypes: false,
      },
    ],
    'import/no-unassigned-import': 'off',
    'no-await-in-loop': 'off',
    'typescript/no-unsafe-type-assertion': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'typescript/no-base-to-string': 'off',
    'vitest/require-mock-type-parameters': 'off',
    'no-shadow': 'off',
    'no-new': 'off',
    'consistent-return': 'off',
    'typescript/consistent-return': 'off',
    'typescript/unbound-method': 'off',
    'typescript/no-unnecessary-boolean-literal-compare': 'off',
    'no-unmodified-loop-condition': 'off',
    'import/no-named-as-default-member': 'off',
    'vitest/no-standalone-expect': 'off',
    'vitest/no-conditional-expect': 'off',
    'vitest/expect-expect': 'off',
    'no-underscore-dangle': 'off',
    'unicorn/no-array-sort': 'off',
    'unicorn/require-post-message-target-origin': 'off',
    'unicorn/no-array-reverse': 'off',
  },
  overrides: [
    {
      files: ['src/workflows/**'],
      rules: {
        'no-restricted-globals': [
          'error',
          'process',
          'Buffer',
          'fetch',
          'crypto',
          'structuredClone',
          'performance',
        ],
        'no-restricted-properties': [
          'error',
          {
            property: 'getHours',
            message: "Follows the worker's time zone; use UTC getters.",
          },
          {
            property: 'getDate',
            message: "Follows the worker's time zone; use UTC getters.",
          },
          {
            property: 'getDay',
            message: "Follows the worker's time zone; use UTC getters.",
          },
          {
            property: 'getMonth',
            message: "Follows the worker's time zone; use UTC getters.",
          },
          {
            property: 'getFullYear',
            message: "Follows the worker's time zone; use UTC getters.",
          },
          {
            property: 'getMinutes',
            message: "Follows the worker's time zone; use UTC getters.",
          },
          {
            property: 'toLocaleString',
            message: "Follows the worker's time zone; use toISOString.",
          },
        ],
      },
    },
    ...rooms,
  ],
};
