// What parameters of several files are made of.

@export()
@description('How many instances of a group of functions are always there.')
@sealed()
type alwaysReadyInstances = {
  @description('For calls.')
  @minValue(0)
  http: int

  @description('For orchestrations and their activities.')
  @minValue(0)
  durable: int
}

@export()
@description('Settings of the app: name → value. No secrets; those are vaultReferences.')
type settingValues = {
  @description('What it is set to.')
  *: string
}

@export()
@description('Settings of the app whose values are in the key vault: name of the setting → name of the secret.')
type vaultReferences = {
  @description('The secret.')
  *: string
}

@export()
@description('Tags: name → value.')
type tagValues = {
  @description('The value.')
  *: string
}
