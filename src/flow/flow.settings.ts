import { resolve } from 'node:path';
import type { SettingsReader, SettingsTable } from '../platform/settings.ts';

type FlowSetting = 'COMPANY_FILE' | 'POLICY_FILE' | 'FLOW_FILE' | 'LOCALES_DIR';

export const FLOW_SETTINGS: SettingsTable<FlowSetting> = {
  heading: 'What calls are decided by',
  preface: 'Read when a release is published, and by the demo.',
  settings: [
    {
      name: 'COMPANY_FILE',
      standard: '`flows/company.yaml`',
      what: 'names of company and departments, dialled numbers, queues',
    },
    { name: 'POLICY_FILE', standard: '`flows/policy/default.yaml`', what: 'limits and budgets' },
    { name: 'FLOW_FILE', standard: '`flows/hotline.yaml`', what: 'steps of the call' },
    { name: 'LOCALES_DIR', standard: '`flows/locales`', what: 'a folder of words for each language' },
  ],
};

/** The files a release is made of. Absolute. */
export interface FlowFiles {
  readonly company: string;
  readonly policy: string;
  readonly flow: string;
  readonly locales: string;
}

/** Reads where the files are; defaults lie below `project`, what is set is relative to the working folder. */
export function readFlowFiles(reader: SettingsReader<FlowSetting>, project: string): FlowFiles {
  const file = (name: FlowSetting, standard: string) => {
    const text = reader.text(name);
    return text === undefined ? resolve(project, standard) : resolve(text);
  };
  return {
    company: file('COMPANY_FILE', 'flows/company.yaml'),
    policy: file('POLICY_FILE', 'flows/policy/default.yaml'),
    flow: file('FLOW_FILE', 'flows/hotline.yaml'),
    locales: file('LOCALES_DIR', 'flows/locales'),
  };
}
