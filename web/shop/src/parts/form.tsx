// A form whose refusals are shown where they belong: beside a field, or above the button.
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useId, useRef, useState } from "preact/hooks";
import { explain } from "../api/errors";

export interface Refusal {
  message: string;
  fields?: readonly { path: readonly string[]; message: string }[] | undefined;
}
export type Values = Record<string, string>;

const Faults = createContext<ReadonlyMap<string, string>>(new Map());

interface FormProps {
  /** Answers why it is refused, or nothing. */
  submit: (values: Values) => Promise<Refusal | null>;
  button: string;
  done?: string;
  children: ComponentChildren;
}

export function Form({ submit, button, done, children }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [state, setState] = useState<"open" | "busy" | "done">("open");
  const faults = new Map(refusal?.fields?.map(({ path, message }) => [path.join("."), message]));
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [refusal]);
  const send = async (event: Event) => {
    event.preventDefault();
    if (!form.current || state === "busy") return;
    const values = Object.fromEntries(new FormData(form.current)) as Values;
    setState("busy");
    const refused = await submit(values).catch((error: unknown): Refusal => ({ message: explain(error) }));
    setRefusal(refused);
    setState(refused ? "open" : "done");
  };
  return (
    <form ref={form} class="form" onSubmit={send}>
      <Faults.Provider value={faults}>{children}</Faults.Provider>
      {refusal && (
        <p class="failure" role="alert">
          {refusal.message}
        </p>
      )}
      <div class="buttons">
        <button class="button main" type="submit" aria-disabled={state === "busy"}>
          {button}
        </button>
        <span role="status">{state === "done" && done}</span>
      </div>
    </form>
  );
}

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  type?: "email" | "password";
  autocomplete?: string;
  value?: string;
  minLength?: number;
  maxLength?: number;
  isOptional?: boolean;
}

export function Field({ name, label, hint, type, value, isOptional = false, ...rest }: FieldProps) {
  const id = useId();
  const fault = useContext(Faults).get(name);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...(rest as object)}
        id={id}
        name={name}
        type={type as "text"}
        defaultValue={value}
        required={!isOptional}
        aria-invalid={fault ? true : undefined}
        aria-describedby={fault || hint ? `${id}-more` : undefined}
      />
      {(fault || hint) && (
        <p id={`${id}-more`} class={fault ? "fault" : "hint"}>
          {fault ?? hint}
        </p>
      )}
    </div>
  );
}
