import Pull
