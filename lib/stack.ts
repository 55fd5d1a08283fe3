// One stage of Watchkeeper in one account and region. It reads like a table of contents: each capability is a construct.
import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AgentHost } from './agent-host.ts';
import { Alarms } from './alarms.ts';
import { Anchors } from './anchors.ts';
import { Bus } from './bus.ts';
import { copiesDocuments } from './capabilities.ts';
import type { StageConfig } from './config.ts';
import { Edge } from './edge.ts';
import { Evidence } from './evidence.ts';
import { Functions, functionTable, investigationMay } from './functions.ts';
import { Knowledge } from './knowledge.ts';
import { Memory } from './memory.ts';
import { refuseOpenDoors } from './open-doors.ts';
import { Secrets } from './secrets.ts';
import { Tables } from './tables.ts';
import { refuseUnknownSources } from './unknown-sources.ts';
import { Workflow } from './workflow.ts';

export class WatchkeeperStack extends Stack {
  constructor(scope: Construct, stage: StageConfig, props: StackProps) {
    const prefix = `watchkeeper-${stage.stage}-`;
    refuseOpenDoors(stage);
    refuseUnknownSources(stage);
    super(scope, `watchkeeper-${stage.stage}`, { ...props, description: 'Watchkeeper answers the page.' });
    Tags.of(this).add('application', 'watchkeeper');
    Tags.of(this).add('stage', stage.stage);
    const { deletionProtection, logRetentionDays: logRetention } = stage;

    const tables = new Tables(this, 'Tables', { deletionProtection });
    const evidence = new Evidence(this, 'Evidence', { retainDays: stage.evidenceDays, deletionProtection });
    const secrets = new Secrets(this, 'Secrets', { prefix, stage });
    const memory = new Memory(this, 'Memory', { prefix, memory: stage.memory });
    const knowledge = new Knowledge(this, 'Knowledge', {
      prefix,
      stage: stage.stage,
      knowledge: stage.knowledge,
      bucket: evidence.bucket,
      deletionProtection,
    });
    const bus = new Bus(this, 'Bus', { prefix, archiveDays: stage.eventArchiveDays });
    const anchors = new Anchors(this, 'Anchors', { lock: stage.auditLock, deletionProtection });
    const parts = {
      stage,
      prefix,
      tables,
      evidence: evidence.bucket,
      anchors,
      secrets,
      memory,
      knowledge,
      bus: bus.bus,
    };
    const investigation =
      stage.investigation.host === 'agentcore'
        ? new AgentHost(this, 'Investigation', {
            ...parts,
            agent: 'investigation',
            folder: 'investigate-longer',
            description: 'Looks further after the first diagnosis',
            may: investigationMay,
          })
        : undefined;
    const around = {
      ...parts,
      investigation: investigation && { arn: investigation.arn, seconds: stage.investigation.minutes * 60 },
    };
    const conversation =
      stage.conversation.host === 'agentcore'
        ? new AgentHost(this, 'Conversation', {
            ...around,
            agent: 'conversation',
            folder: 'conversation',
            description: 'Answers in the threads of incidents',
            may: functionTable().get('conversation')?.may ?? [],
          })
        : undefined;
    const functions = new Functions(this, 'Functions', {
      ...around,
      logRetention,
      conversationArn: conversation?.arn,
      failures: bus.failedInvocations,
    });
    const workflow = new Workflow(this, 'Workflow', { prefix, logRetention, functions: functions.steps() });
    bus.route({
      stateMachine: () => workflow.stateMachine,
      function: (name) => functions.named(name),
    });
    bus.sweep(functions.named('sweep-incidents'), workflow.stateMachine);
    workflow.sweepLine(functions.named('tend-line'), { prefix, deadLetters: bus.deadLetters });
    if (copiesDocuments(stage)) bus.syncKnowledge(functions.named('sync-knowledge'), stage.knowledgeSync.everyHours);
    if (stage.catalogDrift !== undefined) bus.reportDrift(functions.named('report-drift'));
    anchors.writeDaily(functions.named('anchor-audit'), { prefix, deadLetters: bus.deadLetters });
    const edge = new Edge(this, 'Edge', {
      prefix,
      logRetention,
      throttle: stage.throttle,
      routes: {
        '/pagerduty/webhook': functions.named('pagerduty-webhook'),
        '/slack/events': functions.named('slack'),
        '/slack/interactivity': functions.named('slack'),
        '/slack/commands': functions.named('slack'),
      },
    });
    new Alarms(this, 'Alarms', {
      prefix,
      deadLetters: bus.deadLetters,
      failedInvocations: bus.failedInvocations,
      stateMachine: workflow.stateMachine,
      api: edge.api,
      anchorAudit: functions.named('anchor-audit'),
      topicArn: stage.alarmTopicArn,
      email: stage.alarmEmail,
    });

    const outputs = {
      PagerDutyWebhookUrl: `${edge.api.apiEndpoint}/pagerduty/webhook`,
      SlackUrl: `${edge.api.apiEndpoint}/slack`,
      StateMachineArn: workflow.stateMachine.stateMachineArn,
      IncidentsTable: tables.incidents.tableName,
      PreferencesTable: tables.preferences.tableName,
      AuditTable: tables.audit.tableName,
      EvidenceBucket: evidence.bucket.bucketName,
      AnchorsBucket: anchors.bucket.bucketName,
      DeadLettersUrl: bus.deadLetters.queueUrl,
      FailedInvocationsUrl: bus.failedInvocations.queueUrl,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
