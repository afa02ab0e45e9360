// Figures and times as people read them.

const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const timeOfDay = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const dayAndTime = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export const count = (number) => whole.format(number ?? 0);

export const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

export function bytes(size) {
  if (size === null || size === undefined) {
    return "";
  }
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${short.format(size)} ${units[unit]}`;
}

/** Seconds as the two largest units of them. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) {
    return "";
  }
  if (seconds < 10 && !Number.isInteger(seconds)) {
    return `${seconds < 0.1 ? "0.1" : seconds.toFixed(1)} s`;
  }
  const s = Math.round(seconds);
  if (s < 60) {
    return `${s} s`;
  }
  if (s < 3600) {
    return s % 60 === 0 ? `${s / 60} min` : `${Math.floor(s / 60)} min ${s % 60} s`;
  }
  const minutes = Math.round(s / 60);
  if (minutes < 24 * 60) {
    return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }
  const hours = Math.round(minutes / 60);
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const rate = (perSecond) => `${short.format(perSecond)} files/s`;

/** The time of day, and the day unless that is today. */
export function moment(instant) {
  const time = new Date(instant);
  return time.toDateString() === new Date().toDateString() ? timeOfDay.format(time) : dayAndTime.format(time);
}

export function ago(instant, now) {
  const seconds = Math.max(0, Math.round((now - Date.parse(instant)) / 1000));
  if (seconds < 10) {
    return "just now";
  }
  if (seconds < 60) {
    return relative.format(-seconds, "second");
  }
  if (seconds < 3600) {
    return relative.format(-Math.round(seconds / 60), "minute");
  }
  return seconds < 86400 ? relative.format(-Math.round(seconds / 3600), "hour") : moment(instant);
}
