import { exports } from './exports/module.ts';
import { library } from './library/module.ts';
import { transfer } from './transfer/module.ts';
import { weather } from './weather/module.ts';

/** The built-in modules, in the order in which their tables are made, and in which `regie --help` lists their commands. */
export const builtInModules = [weather, library, transfer, exports] as const;
