"""The documents that several tests send."""

ATTEMPT = """mutation($id: ID!, $input: SubscriptionBillingAttemptInput!) {
  subscriptionBillingAttemptCreate(subscriptionContractId: $id, subscriptionBillingAttemptInput: $input) {
    subscriptionBillingAttempt { id ready idempotencyKey errorCode nextActionUrl order { id }
      processingError { __typename code }
      state { __typename
        ... on SubscriptionBillingAttemptSuccessState { order { id } }
        ... on SubscriptionBillingAttemptActionRequiredState { action {
          ... on SubscriptionBillingAttemptPaymentChallenge { status nextActionUrl } } }
        ... on SubscriptionBillingAttemptFailedState { error { __typename
          ... on SubscriptionBillingAttemptPaymentError { paymentCode: code }
          ... on SubscriptionBillingAttemptGeneralError { generalCode: code }
          ... on SubscriptionBillingAttemptInventoryError { inventoryCode: code
            insufficientStockProductVariants(first: 5) { nodes { id sku } } } } } } }
    userErrors { code field message } } }"""
CYCLE = """query($id: ID!, $index: Int!) {
  subscriptionBillingCycle(billingCycleInput: {contractId: $id, selector: {index: $index}}) {
    cycleIndex status skipped edited cycleStartAt cycleEndAt billingAttemptExpectedDate
    billingAttempts(first: 10) { nodes { idempotencyKey } } } }"""
CYCLES = """query($id: ID!, $from: Int!, $to: Int!) { subscriptionBillingCycles(
  contractId: $id, first: 50, billingCyclesIndexRangeSelector: {startIndex: $from, endIndex: $to}) {
    nodes { cycleIndex billingAttemptExpectedDate } pageInfo { hasNextPage } } }"""
SKIP = """mutation($id: ID!, $index: Int!) {
  subscriptionBillingCycleSkip(billingCycleInput: {contractId: $id, selector: {index: $index}}) {
    billingCycle { cycleIndex skipped } userErrors { code message } } }"""
SCHEDULE_EDIT = """mutation($id: ID!, $index: Int!, $input: SubscriptionBillingCycleScheduleEditInput!) {
  subscriptionBillingCycleScheduleEdit(
    billingCycleInput: {contractId: $id, selector: {index: $index}}, input: $input) {
      billingCycle { cycleIndex skipped edited billingAttemptExpectedDate } userErrors { code message } } }"""
CONTRACT = """query($id: ID!) { subscriptionContract(id: $id) { id status revisionId updatedAt nextBillingDate
  lastPaymentStatus lastBillingAttemptErrorType
  customerPaymentMethod { id } revoked: customerPaymentMethod(showRevoked: true) { id revokedReason }
  billingAttempts(first: 10) { nodes { idempotencyKey } } } }"""
PAUSE = """mutation($id: ID!) { subscriptionContractPause(subscriptionContractId: $id) {
  contract { status } userErrors { code message } } }"""
ACTIVATE = PAUSE.replace("Pause", "Activate")
CANCEL = PAUSE.replace("Pause", "Cancel")
