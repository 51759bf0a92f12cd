/**
 * What a person sees while a run goes on. On a terminal a spinner shows the elapsed time and the running file; elsewhere,
 * and where CI or NO_COLOR say so, there are plain lines. All of it goes to standard error: standard output is the result's.
 */
import type { Spinner } from "yocto-spinner";
import { safeText } from "../text/plainText.ts";

/** Where text is written; a process's stderr is one. */
interface Writable {
  write(text: string): unknown;
}

/** One thing under way. */
export interface Activity {
  say(line: string): void;
  /** A line of the task's log. */
  logLine(line: string): void;
  /** The file that has begun to run, for the spinner alone: the log names it when it has ended. */
  running(file: string): void;
  /** The task's lastStatus. */
  status(status: string): void;
  end(): void;
}

export interface Terminal {
  say(line: string): void;
  warn(line: string): void;
  activity(title: string): Activity;
}

interface TerminalOptions {
  readonly stream: Writable;
  /** Masks secrets in every line. */
  readonly redact: (text: string) => string;
  /** Makes a spinner; undefined if the output is no terminal. */
  readonly spinner?: (text: string) => Spinner;
  readonly now: () => number;
}

/** The spinner's text is brought up to date this often, in milliseconds. */
const REFRESH_MS = 1_000;

export function createTerminal({ stream, redact, spinner, now }: TerminalOptions): Terminal {
  const clean = (text: string): string => safeText(text, redact);
  const print = (line: string): void => {
    // What Pulumi says and a log event may have lines of their own; a secret may span them.
    for (const part of clean(line).split("\n")) stream.write(`${part}\n`);
  };
  return {
    say: print,
    warn: (line) => print(`warning: ${line}`),
    activity: (title) =>
      spinner ? spinningActivity(title, print, clean, spinner, now) : plainActivity(title, print),
  };
}

function plainActivity(title: string, print: (line: string) => void): Activity {
  print(title);
  return {
    say: print,
    logLine: (line) => print(`  | ${line}`),
    running: () => undefined,
    status: (status) => print(`Task is ${status}`),
    end: () => undefined,
  };
}

function spinningActivity(
  title: string,
  print: (line: string) => void,
  clean: (text: string) => string,
  makeSpinner: (text: string) => Spinner,
  now: () => number,
): Activity {
  const startedAt = now();
  let detail = "";
  const spinner = makeSpinner(clean(title)).start();
  const refresh = (): void => {
    spinner.text = clean(`${title} ${elapsed(now() - startedAt)}${detail}`);
  };
  const timer = setInterval(refresh, REFRESH_MS);
  timer.unref();
  const above = (line: string): void => {
    spinner.clear();
    print(line);
    refresh();
  };
  const show = (text: string): void => {
    detail = ` ${text}`;
    refresh();
  };
  return {
    say: above,
    logLine: (line) => above(`  | ${line}`),
    running: (file) => show(file),
    status: (status) => show(status),
    end: () => {
      clearInterval(timer);
      spinner.stop();
    },
  };
}

/** `4 s`, `1 min 12 s`. Pure. */
export function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
