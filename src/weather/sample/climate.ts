import { noise, randomOf, type Random } from '../../sampling/random.ts';

/** A station to simulate: somewhere on a tropical island of the southern trade winds. */
export interface SampleStation {
  code: string;
  /** IANA. */
  timezone: string;
  /** Metres. */
  altitude: number;
}

/** The air at a moment. */
export interface Air {
  /** °C. */
  temperature: number;
  dewpoint: number;
  /** %. */
  humidity: number;
  /** hPa, at sea level and at the station. */
  barometer: number;
  pressure: number;
  /** m/s; degrees from which it blows. */
  wind: number;
  gust: number;
  direction: number;
  /** mm/h. */
  rainRate: number;
  /** W/m² on the ground. */
  sunlight: number;
}

/** The weather of one station on one local day, to be asked minute by minute in order. */
export type DayOfWeather = (minute: number) => Air;

const DAY_MINUTES = 1440;

/**
 * The weather of a station on a local day. What changes slowly (season, day, tide) is a function of time, so that days
 * fit together; what changes fast is drawn from the seed.
 * @param day days since 1970-01-01, local
 */
export function dayOfWeather(station: SampleStation, day: number, seed: number): DayOfWeather {
  const random = randomOf(seed, station.code, day);
  // Weather systems pass over all stations alike, in a week or so.
  const front = Math.sin((2 * Math.PI * (day + seed)) / 6.5);
  const season = Math.cos((2 * Math.PI * ((day % 365.2422) - 30)) / 365.2422);
  const showers = showersOf(random, 0.5 + 0.3 * season - 0.2 * front);
  const mean = 24 + 2.5 * season + front - 0.0065 * station.altitude;
  let [drift, lull, veer] = [0, 0, 0];

  return (minute) => {
    // Each wanders on its own and is drawn back to zero.
    drift = 0.99 * drift + 0.05 * noise(random);
    lull = 0.9 * lull + 0.3 * noise(random);
    veer = 0.97 * veer + 3 * noise(random);
    const hour = minute / 60;
    const rainRate = showers(minute);
    const clouds = rainRate > 0 ? 0.85 : 0.25 + 0.2 * (1 - front) * Math.abs(Math.sin(hour * 3 + day));
    const elevation = Math.sin((Math.PI * (hour - 6)) / 12);
    const temperature = mean + 3.5 * warmth(hour) + drift - (rainRate > 0 ? 1.2 : 0);
    const dryness = rainRate > 0 ? 0.7 : 4 + 2.5 * Math.max(0, elevation) + 0.5 * front;
    const dewpoint = temperature - Math.max(0.2, dryness + 0.5 * drift);
    // The tide of the atmosphere: twice a day, highest at 10 and 22 o'clock.
    const barometer =
      1016 + 3 * front - 2 * season + 1.3 * Math.cos((2 * Math.PI * (hour - 10)) / 12) + 0.05 * drift;
    const breeze = Math.max(0, 3.5 - 1.5 * season + 2.5 * Math.max(0, elevation) + front + lull);
    return {
      temperature,
      dewpoint,
      humidity: relativeHumidity(temperature, dewpoint),
      barometer,
      pressure: barometer * (1 - 2.25577e-5 * station.altitude) ** 5.25588,
      wind: breeze,
      gust: breeze * (1.3 + 0.4 * random()) + (rainRate > 5 ? 3 : 0),
      // The trade wind, from the east-south-east.
      direction: (112 + 15 * front + veer + 360) % 360,
      rainRate,
      sunlight: elevation > 0 ? 1050 * elevation ** 1.2 * (1 - clouds) : 0,
    };
  };
}

/** −1 at 05:30, 1 at 13:00: a morning warms faster than an evening cools. */
function warmth(hour: number): number {
  const since = (hour - 5.5 + 24) % 24;
  return since < 7.5 ? -Math.cos((Math.PI * since) / 7.5) : Math.cos((Math.PI * (since - 7.5)) / 16.5);
}

/** Magnus formula. */
function relativeHumidity(temperature: number, dewpoint: number): number {
  const vapour = (t: number) => Math.exp((17.625 * t) / (243.04 + t));
  return Math.min(100, (100 * vapour(dewpoint)) / vapour(temperature));
}

/** Rain rate (mm/h) by minute of a day with some showers, most of them in the afternoon. */
function showersOf(random: Random, wetness: number): (minute: number) => number {
  const count = Math.max(0, Math.round(wetness * 6 + 2 * noise(random)));
  const showers = Array.from({ length: count }, () => {
    const middle = (0.35 + 0.65 * Math.sqrt(random())) * DAY_MINUTES * (0.4 + 0.6 * random());
    return { middle, half: 5 + 30 * random(), peak: 1 + 40 * random() ** 3 };
  });
  return (minute) =>
    showers.reduce((rate, { middle, half, peak }) => {
      const distance = Math.abs(minute - middle) / half;
      return distance < 1 ? rate + peak * (1 - distance) : rate;
    }, 0);
}
