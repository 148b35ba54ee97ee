import { measures, type Component, type Facet, type Measure, type OmmMeasure } from '../measures.ts';

/** SQL expressions that read one measure from a row `r`; the row is what a bucket is made of. */
export interface Reading {
  /** Minutes that the row covers, null where the measure is absent. */
  duration: string;
  /** What the row adds to the bucket's sum. */
  sum: string;
  max: Extreme;
  min: Extreme;
  /** Of measures with a direction. */
  vector: Record<Component, string>;
}

export interface Extreme {
  value: string;
  /** When it was reached. */
  time: string;
  direction: string;
}

/**
 * Reads a measure from an observation `r` of bucket `b`: a mean's value is `<m>_avg`, else
 * `<m>`, or the other way round for stations with `mean_from` = 'instant' (`b.instant`); times its own duration
 * or the observation's; `<m>_sum`, when sent, is that product already. A plain value is an extreme too, at the end
 * of the period unless the station says when.
 */
export function fromObservation(m: Measure): Reading {
  const has = (facet: Facet) => m.facets.includes(facet);
  const column = (facet: Facet) => (has(facet) ? `r.${m.name}_${facet}` : undefined);
  const plain = `r.${m.name}`;

  const average = column('avg');
  const value = average
    ? `case when b.instant then coalesce(${plain}, ${average}) else coalesce(${average}, ${plain}) end`
    : plain;
  const duration = coalesce(column('duration'), 'r.duration');
  const product = m.aggregate === 'total' ? plain : `${value} * ${duration}`;

  const extreme = (which: 'max' | 'min'): Extreme => {
    const sent = column(which);
    const direction = column(`dir`) ?? 'null';
    const sentDirection = column('max_dir') ?? 'null';
    return {
      value: coalesce(sent, plain),
      time: coalesce(column(`${which}_time`), 'r.stop'),
      direction: sent ? `case when ${sent} is null then ${direction} else ${sentDirection} end` : direction,
    };
  };

  const sum = coalesce(column('sum'), product);
  // Tested first, since many observations have no direction. 0 − x, since −x of 0 is another zero than 0.
  const component = (part: 'sind' | 'cosd', minutes: string) =>
    has('dir')
      ? `case when ${column('dir')} is not null then 0 - ${part}(${column('dir')}) * ${minutes} end`
      : 'null';
  // Calm has no direction, though some send 0 or the last one.
  const windy = `case when ${value} = 0 then null else ${duration} end`;

  return {
    duration: `case when ${coalesce(plain, average, column('sum'))} is not null then ${duration} end`,
    sum,
    max: extreme('max'),
    min: extreme('min'),
    vector: {
      u: component('sind', sum),
      v: component('cosd', sum),
      dir_u: component('sind', windy),
      dir_v: component('cosd', windy),
    },
  };
}

/**
 * Reads a climatology value from an observation `r` of an hour (OMM): its extremes are those of the
 * plain values, its total that of all observations. Its mean is not made of rows: see `onTheHour`.
 */
export function ommFromObservation(m: OmmMeasure): Reading {
  const extreme: Extreme = { value: `r.${m.from}`, time: 'r.stop', direction: 'null' };
  return {
    ...fromObservation(measures.find(({ name }) => name === m.of)!),
    max: extreme,
    min: extreme,
  };
}

/** Reads a measure from an aggregate `r` of the level below. */
export function fromAggregate(m: Measure): Reading {
  const column = (facet: Facet) => `r.${m.name}_${facet}`;
  return {
    duration: column('duration'),
    sum: column('sum'),
    max: { value: column('max'), time: column('max_time'), direction: column('max_dir') },
    min: { value: column('min'), time: column('min_time'), direction: 'null' },
    vector: { u: column('u'), v: column('v'), dir_u: column('dir_u'), dir_v: column('dir_v') },
  };
}

function coalesce(...expressions: (string | undefined)[]): string {
  const given = expressions.filter((e) => e !== undefined);
  return given.length > 1 ? `coalesce(${given.join(', ')})` : given.join();
}
