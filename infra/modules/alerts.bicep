// What somebody should be woken for. docs/telemetry.md lists the metrics, docs/azure.md what to do.
import { tagValues } from 'types.bicep'

@description('What names end with.')
param token string

@description('Where it is.')
param location string

@description('Tags of everything.')
param tags tagValues

@description('Where the metrics are.')
param applicationInsightsName string

@description('Who is written to.')
param email string

@description('Seconds of waiting for a slot, on average, that are too many.')
param queueSeconds int

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${token}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'comfyfunc'
    emailReceivers: [
      {
        name: 'operators'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

// Each query answers with a row when something is wrong, and with none otherwise. Of a metric Azure keeps sums, counts and extremes.
var rules = [
  {
    name: 'failed-runs'
    title: 'Runs fail'
    description: 'Of the runs that ended in 15 minutes, a fifth and three at least failed or expired.'
    severity: 2
    every: 'PT5M'
    over: 'PT15M'
    query: '''
      customMetrics
      | where name == 'comfyfunc.runs'
      | extend outcome = tostring(customDimensions['comfyfunc.outcome'])
      | summarize ended = sum(valueSum), failed = sumif(valueSum, outcome in ('failed', 'expired'))
      | where failed >= 3 and failed * 5 >= ended
    '''
  }
  {
    name: 'no-ready-host'
    title: 'Runs wait and no host is ready'
    description: 'For 10 minutes there was no host that takes work, while runs waited.'
    severity: 1
    every: 'PT5M'
    over: 'PT10M'
    query: '''
      customMetrics
      | where name in ('comfyfunc.hosts', 'comfyfunc.queue.length')
      | extend status = tostring(customDimensions['comfyfunc.host.status'])
      | summarize ready = maxif(valueMax, name == 'comfyfunc.hosts' and status == 'ready'),
          waiting = minif(valueMin, name == 'comfyfunc.queue.length')
      | where coalesce(ready, 0.0) == 0 and coalesce(waiting, 0.0) > 0
    '''
  }
  {
    name: 'storage-faults'
    title: 'Storage does not serve'
    description: 'Ten requests to storage or more were not served within 5 minutes: no answer, throttled, full.'
    severity: 1
    every: 'PT5M'
    over: 'PT5M'
    query: '''
      customMetrics
      | where name == 'comfyfunc.storage.faults'
      | summarize faults = sum(valueSum)
      | where faults >= 10
    '''
  }
  {
    name: 'server-errors'
    title: 'Calls are answered with 5xx'
    description: 'Five calls or more were answered with a status from 500 on within 5 minutes.'
    severity: 2
    every: 'PT5M'
    over: 'PT5M'
    query: '''
      requests
      | where toint(resultCode) between (500 .. 599)
      | summarize answers = sum(itemCount)
      | where answers >= 5
    '''
  }
  {
    name: 'queue-wait'
    title: 'Runs wait long for a slot'
    description: 'The runs that ended in 15 minutes had waited for a slot longer than alertQueueSeconds, on average.'
    severity: 3
    every: 'PT5M'
    over: 'PT15M'
    query: format(
      '''
      customMetrics
      | where name == 'comfyfunc.run.queue.duration'
      | summarize seconds = sum(valueSum) / sum(valueCount)
      | where seconds > {0}
    ''',
      queueSeconds
    )
  }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: 'alert-${rule.name}-${token}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'ComfyFunc: ${rule.title}'
      description: rule.description
      enabled: true
      severity: rule.severity
      scopes: [insights.id]
      evaluationFrequency: rule.every
      windowSize: rule.over
      autoMitigate: true
      // The tables are there only once something was sent.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]
