-- How far what begins in a region runs over its end, and into which regions (one per line); null where that was not
-- measured, 0 where all fits. Rows of kind 'static' are use without what is only set aside for stacks and heaps:
-- `static` of the image, `static-RAM` of the region RAM. Builds that were measured before have none.
alter table measurement add column overflow_bytes bigint;
alter table measurement add column overwrites text;
alter table verdict add column overflow_bytes bigint;
alter table verdict add column overwrites text;
