DROP TABLE leases;
DROP TABLE tasks;
DROP TABLE queues;
DROP TYPE task_status;
